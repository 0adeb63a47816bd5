"""See it ring: a page beside the local stack, with the callees' phones on it.

The page keeps no state of the backend. What it shows is read from the stack (`stack_reader`): the simulator's record of
pushes, the functions' logs, the tables. `phones` and `calls` make views of it, `page_state` finds what has changed, and
`broadcaster` sends that to the browsers. Only what no backend can know is kept here: what somebody did on a phone, and
whom the page's own calls were for.

    GET  /, /static/…   the page
    GET  /events        server-sent events: phones, call, faults, stack
    POST /api/…         the page's buttons, see `app`
"""
