"""See it ring: a page beside the local stack with the callees' phones on it.

It has no state of the backend's own. What it shows is read from the stack: the simulator's record of pushes, the
functions' structured logs, the tables (`readings`); `phones` and `calls` make views of that, `board` finds what has
changed, `live` sends it to the browsers. Only what a backend can't know is kept here: what somebody did on a phone
(`handsets`), and whom the page's own calls were for.

    GET  /, /static/…   the page
    GET  /events        server-sent events: phones, call, faults, stack
    POST /api/…         the page's buttons, see `app`
"""
