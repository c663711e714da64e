"""Sail, an engine that speaks Spark Connect, behind a proxy of ours that can spoil what goes through it: `python tests/servers/spark.py [fault …]` prints its port, and
serves until it is stopped. Faults, each with its number or text behind `=`:

token   refuse calls that do not bring this one
tls     serve by TLS, with a certificate for localhost that an authority has signed, which this file, called ca.pem, will hold
log     write the name of each call into this file
engine  stand before the engine at this port instead of Sail
break   end the first answer with UNAVAILABLE after so many batches
end     end the first answer well after so many batches, without the word that the result is complete
sever   close the first connection by which so many bytes came from the engine
always  spoil each answer, not only the first
forget  know no operation any more when it is attached to again
replay  attach from the beginning, whatever was asked for
double  answer with binary numbers, whatever was asked for
fail    answer each question with an error after so many batches, as of a job that was killed
hold    answer no question before it is interrupted
"""

import os
import signal
import socket
import sys
import threading
from concurrent import futures

import grpc
from pysail.spark import SparkConnectServer
from pyspark.sql.connect.proto import base_pb2

SERVICE = "/spark.connect.SparkConnectService/"
STREAMS = {"ExecutePlan", "ReattachExecute"}
faults = dict(word.split("=", 1) if "=" in word else (word, "") for word in sys.argv[1:])
number = {name: int(text) for name, text in faults.items() if text.isdigit()}
lock = threading.Lock()
spoilt = 0
interrupted = threading.Event()
# What the engine has answered, by the name of the operation: how long it keeps that is a matter of how fast everybody is.
kept = {}


def log(name):
    if "log" in faults:
        with lock, open(faults["log"], "a", encoding="utf-8") as file:
            file.write(name + "\n")


def first():
    """True for the answer that is to be spoilt."""
    global spoilt
    with lock:
        spoilt += 1
        return spoilt == 1 or "always" in faults


class Proxy(grpc.GenericRpcHandler):
    def __init__(self, engine):
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        self.engine = grpc.insecure_channel(engine, options=options)

    def service(self, call):
        name = call.method.removeprefix(SERVICE)
        if name in STREAMS:
            return grpc.unary_stream_rpc_method_handler(lambda request, context: self.stream(name, request, context))
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self.one(name, request, context))

    def judged(self, name, context):
        log(name)
        if "token" in faults and dict(context.invocation_metadata()).get("authorization") != f"Bearer {faults['token']}":
            said = dict(context.invocation_metadata()).get("authorization", "none")
            context.abort(grpc.StatusCode.UNAUTHENTICATED, f"this is no token of ours: {said}")

    def one(self, name, request, context):
        self.judged(name, context)
        if name == "Interrupt":
            interrupted.set()
        try:
            return self.engine.unary_unary(SERVICE + name)(request)
        except grpc.RpcError as error:
            context.set_trailing_metadata(error.trailing_metadata() or ())
            context.abort(error.code(), error.details())

    def stream(self, name, request, context):
        self.judged(name, context)
        if name == "ReattachExecute" and "forget" in faults:
            context.abort(grpc.StatusCode.INTERNAL, "[INVALID_HANDLE.OPERATION_NOT_FOUND] The handle is invalid. Operation not found.")
        if name == "ReattachExecute":
            asked = base_pb2.ReattachExecuteRequest.FromString(request)
            if asked.operation_id in kept:
                yield from self.attached(asked)
                return
        if name == "ExecutePlan" and "double" in faults:
            parsed = base_pb2.ExecutePlanRequest.FromString(request)
            parsed.plan.root.sql.query = parsed.plan.root.sql.query.replace("DECIMAL(38, 12)", "DOUBLE")
            request = parsed.SerializeToString()
        if "hold" in faults and name == "ExecutePlan":
            interrupted.wait(60)
            context.abort(grpc.StatusCode.CANCELLED, "[OPERATION_CANCELED] Operation has been canceled.")
        spoils = [fault for fault in ("break", "end", "fail") if fault in faults] if name == "ExecutePlan" or "always" in faults else []
        is_first = bool(spoils) and first()
        batches = 0
        try:
            answers = self.engine.unary_stream(SERVICE + name)(request)
            if is_first and "fail" not in faults and "engine" not in faults:
                answers = list(answers)
                kept[base_pb2.ExecutePlanRequest.FromString(request).operation_id] = answers
            for answer in answers:
                response = base_pb2.ExecutePlanResponse.FromString(answer)
                for fault in spoils if is_first and batches >= number.get(spoils[0], 0) else []:
                    if fault == "end":
                        return
                    code, text = (grpc.StatusCode.UNAVAILABLE, "a proxy went away") if fault == "break" else (grpc.StatusCode.INTERNAL, "Job aborted: killed by an administrator")
                    context.abort(code, text)
                batches += response.HasField("arrow_batch")
                yield answer
        except grpc.RpcError as error:
            context.set_trailing_metadata(error.trailing_metadata() or ())
            context.abort(error.code(), error.details())

    def attached(self, asked):
        """The rest of an answer."""
        answers = kept[asked.operation_id]
        names = [base_pb2.ExecutePlanResponse.FromString(answer).response_id for answer in answers]
        read = names.index(asked.last_response_id) + 1 if asked.HasField("last_response_id") and "replay" not in faults else 0
        yield from answers[read : read + 1] if "always" in faults else answers[read:]


def credentials():
    """A certificate for localhost, by an authority that is made for it."""
    import authority

    folder = os.path.dirname(faults["tls"]) or "."
    authority.context(folder)
    with open(f"{folder}/server.pem", "rb") as file:
        pem = file.read()
    return grpc.ssl_server_credentials([(pem[pem.index(b"-----BEGIN PRIVATE") :], pem[: pem.index(b"-----BEGIN PRIVATE")])])


def severing(target):
    """A listener that lets bytes through, and closes its first connection after so many."""
    listener = socket.create_server(("127.0.0.1", 0))
    severed = threading.Event()

    def pump(source, sink, limit):
        passed = 0
        try:
            while data := source.recv(65536):
                passed += len(data)
                if limit is not None and passed > limit and ("always" in faults or not severed.is_set()):
                    severed.set()
                    break
                sink.sendall(data)
        except OSError:
            pass
        for side in (source, sink):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve():
        while True:
            client, _ = listener.accept()
            engine = socket.create_connection(("127.0.0.1", target))
            threading.Thread(target=pump, args=(client, engine, None), daemon=True).start()
            threading.Thread(target=pump, args=(engine, client, number["sever"]), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


sys.stdin.read()
if "engine" not in faults:
    sail = SparkConnectServer("127.0.0.1", 0)
    sail.start(background=True)
server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)])
server.add_generic_rpc_handlers((Proxy(f"127.0.0.1:{faults.get('engine') or sail.listening_address[1]}"),))
port = server.add_secure_port("127.0.0.1:0", credentials()) if "tls" in faults else server.add_insecure_port("127.0.0.1:0")
server.start()
print(severing(port) if "sever" in faults else port, flush=True)
signal.pause()
