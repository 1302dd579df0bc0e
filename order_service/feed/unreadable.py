"""uvicorn's HTTP, with problem+json for what is no request."""

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from flextx.http.unreadable import unreadable_answer


class ProblemProtocol(H11Protocol):
    def send_400_response(self, msg: str) -> None:
        headers, body = unreadable_answer(400)
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
