# The desk's image. Stage one installs what the lock file names, by hash; stage two runs it, as nobody in particular.
FROM python:3.13-slim AS packages
RUN python -m venv /opt/venv
COPY requirements/app.txt /tmp/app.txt
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/app.txt

FROM python:3.13-slim
RUN groupadd --system --gid 10001 desk \
 && useradd --system --uid 10001 --gid desk --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin desk \
 && install -d -o desk -g desk -m 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FACTCHECK_DATA_DIR=/data \
    FACTCHECK_STATIC_ROOT=/app/static
# Hashed names for the static files need the production settings; none of these values reaches a running desk.
RUN python -m compileall -q /app \
 && FACTCHECK_PRODUCTION=true FACTCHECK_DATA_DIR=/tmp/build FACTCHECK_SECRET_KEY="$(head -c 48 /dev/urandom | base64)" \
    FACTCHECK_PUBLIC_URL=https://build.invalid FACTCHECK_ALLOWED_HOSTS=build.invalid \
    DATABASE_URL=postgres://build@build.invalid/build REDIS_URL=redis://build.invalid/0 \
    python manage.py collectstatic --no-input --verbosity 0 \
 && rm -rf /tmp/build
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "factcheck.wsgi:application"]
