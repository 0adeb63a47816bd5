// swift-tools-version: 5.9
import PackageDescription

let package = Package(
    name: "VoipPush",
    platforms: [.iOS(.v15)],
    products: [.library(name: "VoipPush", targets: ["VoipPush"])],
    targets: [.target(name: "VoipPush")]
)
