"""What `make` alone prints."""

HELP = """\
make up         start everything in the background and wait until it is ready
make down       stop everything; the data stays
make status     list the processes
make destroy    stop everything and delete the data
make demo       up, one recharge from payment to coins, and its journey     ONCE=1: and down again
make demo-gift  up, and three gifts: sent, refused by the room, account service stopped midway   ONCE=1
make demo-crash  up, and money in motion while processes are killed with kill -9; then the books     ONCE=1
                   DURATION_SECONDS=60  RATE=8 orders a second  SEED=1  KILL_EVERY_SECONDS=1.5
make demo-compose  a recharge in the containers of `docker compose up --wait`, and which of them carried it
make kafka      start an Apache Kafka broker and nothing else; `make up TRANSPORT=kafka` then uses it
make kafka-stop stop it; the data stays
make token      print a bearer token                       SUB=u-1  SCOPE=user|operator|service
make reconcile  compare orders, transfers and balances     FORMAT=text|json  REPAIR=1: mend what is safe
make manage     a service's own command    SERVICE=order|account  DO="flextx parked list"
make test       every suite against one system of its own        SUITE=flextx  K=expression
make soak       20,000 events through kills and a freeze, about four minutes        TRANSPORT=
make bench      rows a second from outbox to log, beside what the log alone takes
make lint       ruff, mypy, import directions, bandit, deployment checks, missing migrations
make lock       write the dependency locks anew                             UPGRADE=1: newer versions
make help       this

For all of them (make up PORT_BASE=9000 RUN_DIR=/tmp/second starts a second system):
  PORT_BASE   8700      the first of seven ports: orders, accounts, feed, channel, PostgreSQL, Kafka
  RUN_DIR     .run      data, logs, secrets, and env: the addresses for a shell
  RELAYS      1         relay processes for each service
  CONSUMERS   1         consumer processes for each service
  RECOVERIES  1         recovery processes of the order service
  TRANSPORT   embedded  the message log: embedded, or kafka at KAFKA_BOOTSTRAP_SERVERS (none said: a broker of its own)
  PYTHON      python3   makes .venv; 3.11 or newer"""
