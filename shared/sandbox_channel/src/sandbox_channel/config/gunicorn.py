"""`gunicorn --config python:sandbox_channel.config.gunicorn sandbox_channel.config.wsgi:application`"""

from sandbox_channel.config.settings import BIND, required

bind = BIND or required("BIND")
# SQLite has one writer anyway: one process, and threads for those who wait.
worker_class = "gthread"
workers = 1
threads = 8
timeout = 30
graceful_timeout = 5
keepalive = 5
accesslog = None
errorlog = "-"
loglevel = "warning"
# Its default place is one per user, not per system: two systems on one machine would share it.
control_socket_disable = True
