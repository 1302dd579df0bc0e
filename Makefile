# Everything happens in shared/stack; variables said on the command line reach it through the environment.
PYTHON ?= python3
STACK = @PYTHONPATH=shared/stack/src $(PYTHON) -m stack

.PHONY: help up down status destroy demo demo-gift demo-crash demo-compose kafka kafka-stop token reconcile manage test soak bench lint lock

help:
	$(STACK) help

up:
	$(STACK) up

down:
	$(STACK) down

status:
	$(STACK) status

destroy:
	$(STACK) destroy

demo:
	$(STACK) demo

demo-gift:
	$(STACK) demo-gift

demo-crash:
	$(STACK) demo-crash

demo-compose:
	$(STACK) demo-compose

kafka:
	$(STACK) kafka

kafka-stop:
	$(STACK) kafka-stop

token:
	$(STACK) token

reconcile:
	$(STACK) reconcile

manage:
	$(STACK) manage

test:
	$(STACK) test

soak:
	$(STACK) soak

bench:
	$(STACK) bench

lint:
	$(STACK) lint

lock:
	$(STACK) lock
