"""The shop's HTTP interface: orders are kept in PostgreSQL, visits are counted in Redis.

    GET  /         what the shop has seen so far: the number of visits, the orders
    POST /orders   {"item": "tea"} is kept as an order
    GET  /health   200 when both databases answer, else 503 and why

It listens on the socket api.sock in its scratch directory. A database is asked anew for every request, so one that was
restarted in between costs nothing but that request.
"""

import json
import os
import socketserver
import sys
import time
from http.server import BaseHTTPRequestHandler

import psycopg2
import redis

SOCKET = "api.sock"
# Both relative to the scratch directory, next to which those of the other services are. libpq wants an absolute path; this one
# stays short wherever the playground is.
POSTGRES = "host=/proc/self/cwd/../postgres user=shop dbname=postgres connect_timeout=5"
REDIS = "../redis/redis.sock"


def postgres(statement, *values):
    """Runs one statement in a transaction and returns its rows."""
    connection = psycopg2.connect(POSTGRES)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def counters():
    return redis.Redis(unix_socket_path=REDIS, socket_timeout=5)


def shop(_body):
    orders = postgres("SELECT id, item FROM orders ORDER BY id")
    return 200, {"visits": counters().incr("visits"), "orders": [{"id": id, "item": item} for id, item in orders]}


def order(body):
    item = json.loads(body)["item"]
    [(id,)] = postgres("INSERT INTO orders (item) VALUES (%s) RETURNING id", item)
    return 201, {"id": id, "item": item}


def health(_body):
    return 200, {"postgres": postgres("SELECT 'answers'")[0][0], "redis": "answers" if counters().ping() else "silent"}


ROUTES = {("GET", "/"): shop, ("POST", "/orders"): order, ("GET", "/health"): health}


class Request(BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        route = ROUTES.get((self.command, self.path))
        try:
            code, value = route(body) if route else (404, {"error": f"no such page: {self.command} {self.path}"})
        except (psycopg2.Error, redis.RedisError) as error:
            code, value = 503, {"error": str(error).strip()}
        except (ValueError, KeyError, TypeError):
            code, value = 400, {"error": 'expected {"item": "…"}'}
        text = json.dumps(value, ensure_ascii=False).encode() + b"\n"
        self.send_response(code)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_request(self, code="-", size="-"):
        if self.path != "/health":  # asked again and again by the readiness checks
            super().log_request(code, size)

    def address_string(self):
        return "nginx"  # the peer of a Unix socket has no address to be logged


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def wait_for_postgres(seconds):
    """Services start at the same time: PostgreSQL may need a moment longer than we do."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return postgres("CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, item text NOT NULL)")
        except psycopg2.OperationalError as error:
            if time.monotonic() > deadline:
                sys.exit(f"PostgreSQL did not answer within {seconds} seconds: {error}")
            time.sleep(0.1)


def main():
    os.chdir(os.environ["PGCTL_SCRATCH"])
    wait_for_postgres(seconds=50)
    if os.path.exists(SOCKET):
        os.unlink(SOCKET)  # of a server that was killed
    with Server(SOCKET, Request) as server:
        print("listening on", SOCKET)
        server.serve_forever()


main()
