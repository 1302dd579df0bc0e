"""Reading Kafka's table of group members, as `kafka-consumer-groups.sh --members --verbose` prints it."""

from stack.carriers import assignments, handler

TOLD = """
GROUP           CONSUMER-ID           GROUP-INSTANCE-ID  HOST         CLIENT-ID  #PARTITIONS CURRENT-ASSIGNMENT
account-service account-consumer-1-aa account-consumer-1 /172.19.0.11 python-3.0 3           order.events:0,1,2
account-service account-consumer-2-bb account-consumer-2 /172.19.0.8  python-3.0 0           -

GROUP         CONSUMER-ID         GROUP-INSTANCE-ID HOST         CLIENT-ID  #PARTITIONS CURRENT-ASSIGNMENT
order-service order-consumer-1-cc order-consumer-1  /172.19.0.13 python-3.0 2           account.events:5;order.events:0
"""
PLACE = {"topic": "order.events", "partition": 2, "offset": 7}


def test_each_partition_has_the_consumer_that_holds_it():
    assert assignments(TOLD) == {
        **{
            ("account-service", "order.events", str(number)): ("account-consumer-1", "account-consumer-1-aa")
            for number in range(3)
        },
        ("order-service", "account.events", "5"): ("order-consumer-1", "order-consumer-1-cc"),
        ("order-service", "order.events", "0"): ("order-consumer-1", "order-consumer-1-cc"),
    }


def test_who_held_the_partition_all_along_handled_the_record():
    holders = assignments(TOLD)

    assert handler("account-service", PLACE, holders, holders) == "account-consumer-1"


def test_a_change_of_hands_is_said_also_when_the_name_is_the_same():
    before, after = assignments(TOLD), assignments(TOLD.replace("account-consumer-1-aa", "account-consumer-1-dd"))

    told = handler("account-service", PLACE, before, after)

    assert told == "changed hands meanwhile: account-consumer-1 -> account-consumer-1"
