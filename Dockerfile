# The server, without a window. Build: docker build -t ai-gateway .

FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
# The console's CSS is made by Node.js; everything else is Rust.
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
    && rustup target add wasm32-unknown-unknown
WORKDIR /src
COPY . .
# The caches make the next build on this machine a short one; they aren't part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo xtask build && cp target/release/ai-gateway /ai-gateway

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="AI Gateway" \
      org.opencontainers.image.description="One gateway between everything that uses language models and everything that serves them" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# Whichever version Debian's security updates have reached: an old list of authorities is no gain.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 gateway \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin gateway \
    && install --directory --owner=gateway --group=gateway --mode=0700 /data
COPY --from=build /ai-gateway /usr/local/bin/
# By number, so that a cluster can see that it isn't root.
USER 10001:10001
ENV AIGW_LISTEN=0.0.0.0:3000 AIGW_DATA_DIR=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["ai-gateway", "healthcheck"]
ENTRYPOINT ["ai-gateway", "--headless"]
