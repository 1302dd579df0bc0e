import stat
import subprocess

from stack.envfile import write_env_file

NAMES = [
    *("ORDER_URL", "ACCOUNT_URL", "FEED_URL", "CHANNEL_URL"),
    *("ORDER_DATABASE_URL", "ACCOUNT_DATABASE_URL", "LOG_DATABASE_URL"),
    *("TRANSPORT", "KAFKA_BOOTSTRAP_SERVERS", "SANDBOX_KEY_ID", "SANDBOX_SECRET", "SANDBOX_MERCHANT_ID"),
]


def read_by_a_shell(file):
    script = f'set -a; . "{file}"; env'
    done = subprocess.run(["sh", "-c", script], env={}, capture_output=True, text=True, check=True, timeout=10)
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def test_a_shell_reads_every_documented_name(system, layout):
    write_env_file(system)

    values = read_by_a_shell(layout.env_file)
    password = layout.secret("account_service-database-password")
    assert set(NAMES) <= set(values)
    assert values["ORDER_URL"] == "http://127.0.0.1:23400"
    assert values["CHANNEL_URL"] == "http://127.0.0.1:23403"
    assert values["ACCOUNT_DATABASE_URL"] == (
        f"postgresql://account_service:{password}@127.0.0.1:23404/account_service"
    )
    assert values["SANDBOX_SECRET"] == layout.secret("sandbox-secret")
    assert (values["FEED_URL"], values["KAFKA_BOOTSTRAP_SERVERS"]) == ("http://127.0.0.1:23402", "")


def test_it_is_for_its_owner_alone_also_when_written_again(system, layout):
    write_env_file(system)
    write_env_file(system)

    assert stat.S_IMODE(layout.env_file.stat().st_mode) == 0o600
    assert [file.name for file in layout.run_dir.glob("env*")] == ["env"]
