"""A web page beside the local stack that shows the callees' phones and every call.

The page keeps no state of the backend. What it shows is read from the stack (`stack_reader`): the simulator's record of
pushes, the functions' logs, the tables. `phones` and `calls` make views of it, `page_state` finds what has changed, and
`broadcaster` sends that to the browsers. Only what no backend knows is kept here: what somebody did on a phone, and
who the page's own calls were for.

    GET  /, /static/…   the page
    GET  /events        server-sent events: phones, call, faults, stack
    POST /api/…         the page's buttons, see `app`
"""
