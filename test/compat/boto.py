"""Calls boto3 as lines of JSON on standard input say, one answer a line. Bytes are {"$bytes": base64} both ways."""

import base64
import datetime
import json
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

clients = {}


def client_of(options):
    key = json.dumps(options, sort_keys=True)
    if key not in clients:
        signed = options.pop("signed", True)
        config = Config(retries={"max_attempts": 0}, **({} if signed else {"signature_version": UNSIGNED}))
        clients[key] = boto3.session.Session().client("lambda", config=config, **options)
    return clients[key]


def decode(value):
    if isinstance(value, dict):
        if "$bytes" in value:
            return base64.b64decode(value["$bytes"])
        return {key: decode(one) for key, one in value.items()}
    return [decode(one) for one in value] if isinstance(value, list) else value


def encode(value):
    if isinstance(value, dict):
        return {key: encode(one) for key, one in value.items() if key != "ResponseMetadata"}
    if isinstance(value, (list, tuple)):
        return [encode(one) for one in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if hasattr(value, "read"):
        value = value.read()
    return {"$bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def run(call):
    client, name, arguments = client_of(call["client"]), call["name"], decode(call["arguments"])
    if call["do"] == "wait":
        return client.get_waiter(name).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 3}, **arguments)
    if call["do"] == "paginate":
        return list(client.get_paginator(name).paginate(**arguments))
    answer = getattr(client, name)(**arguments)
    metadata = answer["ResponseMetadata"]
    return {**answer, "$status": metadata["HTTPStatusCode"], "$requestId": metadata["RequestId"]}


for line in sys.stdin:
    try:
        answer = {"result": encode(run(json.loads(line)))}
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        answer = {"error": error.response["Error"]["Code"], "kind": type(error).__name__, "status": status}
        answer["message"] = error.response["Error"]["Message"]
    except (BotoCoreError, WaiterError) as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    print(json.dumps(answer), flush=True)
