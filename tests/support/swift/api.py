"""The names that docs/ios may use of others, each with the page that documents it.

Written from memory of Apple's documentation, page by page, since no Swift compiler is at hand: what is not here is a
typing error or has to be looked up.
"""

_APPLE = "https://developer.apple.com/documentation/"
_COMETCHAT = "https://www.cometchat.com/docs/sdk/ios/"

_PAGES = {
    "swift": "Any AnyHashable AnyObject Bool Double Equatable Int String UTF8 Void",
    "swift/array": "Array(_:) count flatMap(_:) joined() map(){} values keys contains(){}",
    "swift/dictionary": "filter(){} removeValue(forKey:) value",
    "swift/min(_:_:)": "min(_:_:)",
    "swift/rawrepresentable": "rawValue",
    "swift/set": "Set insert(_:) inserted",
    "swift/string": "lowercased() utf8 String(decoding:as:) String(format:_:)",
    "corefoundation": "CFDictionary CFString CFTypeRef",
    "dispatch/dispatchqueue": "DispatchQueue async(){} asyncAfter(deadline:){}",
    "dispatch/dispatchtime": "now",
    "foundation": "Foundation",
    "foundation/bundle": "Bundle bundleIdentifier",
    "foundation/data": "Data Data(_:)",
    "foundation/date": "Date Date() timeIntervalSince(_:)",
    "foundation/httpurlresponse": "HTTPURLResponse statusCode value(forHTTPHeaderField:)",
    "foundation/jsonencoder": "JSONEncoder() encode(_:)",
    "foundation/jsonserialization": "JSONSerialization jsonObject(with:)",
    "foundation/timeinterval": "TimeInterval",
    "foundation/url": "URL URL(string:) appendingPathComponent(_:)",
    "foundation/urlrequest": (
        "URLRequest URLRequest(url:) URLRequest(url:timeoutInterval:) cachePolicy httpBody httpMethod "
        "setValue(_:forHTTPHeaderField:)"
    ),
    "foundation/nsurlrequest/cachepolicy-swift.enum": "reloadIgnoringLocalCacheData",
    "foundation/urlresponse": "URLResponse",
    "foundation/urlsession": "URLSession URLSession(configuration:) dataTask(with:){} shared",
    "foundation/urlsessionconfiguration": (
        "URLSessionConfiguration ephemeral timeoutIntervalForRequest timeoutIntervalForResource"
    ),
    "foundation/urlsessiontask": "resume()",
    "foundation/userdefaults": "UserDefaults standard set(_:forKey:) string(forKey:) removeObject(forKey:)",
    "foundation/uuid": "UUID UUID() UUID(uuidString:) uuidString",
    "objectivec/nsobject-swift.class": "NSObject",
    "security": "Security errSecSuccess",
    "security/keychain-services": (
        "SecItemAdd(_:_:) SecItemCopyMatching(_:_:) SecItemDelete(_:) kSecClass kSecClassGenericPassword "
        "kSecAttrService kSecAttrAccount"
    ),
    "security/ksecattraccessibleafterfirstunlockthisdeviceonly": "kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly",
    "avfaudio/avaudiosession": "AVFAudio AVAudioSession sharedInstance() setCategory(_:mode:)",
    "avfaudio/avaudiosession/category-swift.struct": "playAndRecord",
    "avfaudio/avaudiosession/mode-swift.struct": "videoChat voiceChat",
    "callkit": "CallKit",
    "callkit/cxaction": "fail() fulfill()",
    "callkit/cxcallaction": "callUUID",
    "callkit/cxanswercallaction": "CXAnswerCallAction",
    "callkit/cxendcallaction": "CXEndCallAction",
    "callkit/cxsetmutedcallaction": "CXSetMutedCallAction",
    "callkit/cxcall": "CXCall hasConnected hasEnded",
    "callkit/cxcallendedreason": "CXCallEndedReason",
    "callkit/cxcallobserver": "CXCallObserver CXCallObserver() calls",
    "callkit/cxcallobserverdelegate": "CXCallObserverDelegate",
    "callkit/cxcallupdate": (
        "CXCallUpdate() hasVideo localizedCallerName remoteHandle supportsGrouping supportsHolding supportsUngrouping"
    ),
    "callkit/cxhandle": "CXHandle(type:value:)",
    "callkit/cxhandle/handletype": "generic",
    "callkit/cxprovider": (
        "CXProvider CXProvider(configuration:) setDelegate(_:queue:) reportNewIncomingCall(with:update:){} "
        "reportCall(with:endedAt:reason:)"
    ),
    "callkit/cxproviderconfiguration": (
        "CXProviderConfiguration CXProviderConfiguration() maximumCallGroups maximumCallsPerCallGroup "
        "supportedHandleTypes supportsVideo"
    ),
    "callkit/cxproviderdelegate": "CXProviderDelegate",
    "pushkit": "PushKit",
    "pushkit/pkpushcredentials": "PKPushCredentials",
    "pushkit/pkpushpayload": "PKPushPayload dictionaryPayload",
    "pushkit/pkpushregistry": "PKPushRegistry PKPushRegistry(queue:) delegate desiredPushTypes",
    "pushkit/pkpushregistrydelegate": "PKPushRegistryDelegate",
    "pushkit/pkpushtype": "PKPushType voIP",
    "pushkit/pkvoippushmetadata": "PKVoIPPushMetadata",
    "pushkit/pkvoippushmetadata/mustreport": "mustReport",
    "uikit": "UIKit",
    "uikit/uiapplication": "UIApplication",
    "uikit/uiapplication/launchoptionskey": "LaunchOptionsKey",
    "uikit/uiapplicationdelegate": "UIApplicationDelegate",
    "uikit/uiresponder": "UIResponder",
    "usernotifications": "UserNotifications",
    "usernotifications/unauthorizationoptions": "alert",
    "usernotifications/unmutablenotificationcontent": "UNMutableNotificationContent() sound threadIdentifier title",
    "usernotifications/unnotificationrequest": "UNNotificationRequest(identifier:content:trigger:)",
    "usernotifications/unnotificationsound": "default",
    "usernotifications/unusernotificationcenter": (
        "UNUserNotificationCenter current() add(_:) requestAuthorization(options:){}"
    ),
    "packagedescription": "PackageDescription library target v15",
    "packagedescription/package": "Package(name:platforms:products:targets:)",
}
_COMETCHAT_PAGES = {
    "overview": "CometChat CometChatSDK",
    "authentication-overview": "logout(onSuccess:onError:)",
    "default-call": (
        "Call CometChatCallDelegate CometChatException acceptCall(sessionID:onSuccess:onError:) "
        "addCallListener(_:_:) endCall(sessionID:onSuccess:onError:) "
        "rejectCall(sessionID:status:onSuccess:onError:) rejected"
    ),
}

PAGES: dict[str, str] = {
    name.replace("{}", " {}"): base + page
    for base, pages in ((_APPLE, _PAGES), (_COMETCHAT, _COMETCHAT_PAGES))
    for page, names in pages.items()
    for name in names.split()
}

DELEGATE_METHODS: dict[str, str] = {
    "application(_:didFinishLaunchingWithOptions:)": f"{_APPLE}uikit/uiapplicationdelegate",
    "callObserver(_:callChanged:)": f"{_APPLE}callkit/cxcallobserverdelegate",
    "provider(_:didActivate:)": f"{_APPLE}callkit/cxproviderdelegate",
    "provider(_:didDeactivate:)": f"{_APPLE}callkit/cxproviderdelegate",
    "provider(_:perform:)": f"{_APPLE}callkit/cxproviderdelegate",
    "providerDidReset(_:)": f"{_APPLE}callkit/cxproviderdelegate",
    "pushRegistry(_:didInvalidatePushTokenFor:)": f"{_APPLE}pushkit/pkpushregistrydelegate",
    "pushRegistry(_:didReceiveIncomingPushWith:for:completion:)": f"{_APPLE}pushkit/pkpushregistrydelegate",
    "pushRegistry(_:didReceiveIncomingVoIPPushWith:metadata:withCompletionHandler:)": (
        f"{_APPLE}pushkit/pkvoippushmetadata/mustreport"
    ),
    "pushRegistry(_:didUpdate:for:)": f"{_APPLE}pushkit/pkpushregistrydelegate",
    "onIncomingCallCancelled(canceledCall:error:)": f"{_COMETCHAT}default-call",
    "onIncomingCallReceived(incomingCall:error:)": f"{_COMETCHAT}default-call",
    "onOutgoingCallAccepted(acceptedCall:error:)": f"{_COMETCHAT}default-call",
    "onOutgoingCallRejected(rejectedCall:error:)": f"{_COMETCHAT}default-call",
}
"""A delegate's method with a wrong label compiles, and is never called."""
