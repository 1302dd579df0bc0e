"""gunicorn's settings, for every service alike: threads, limits and timeouts written out."""

import os

from flextx.environment import logging_to_stderr

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "flextx.http.gunicorn_worker.ProblemWorker"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 30
graceful_timeout = 8
keepalive = 15
limit_request_line = 4094
limit_request_fields = 50
limit_request_field_size = 8190
backlog = 512
control_socket_disable = True
logconfig_dict = logging_to_stderr()
