"""Servers, databases and Redis for fault tests: those of journeys and of many processes."""

from tests.journeys.conftest import new_server as new_server
from tests.many.conftest import new_cluster as new_cluster
from tests.many.conftest import own_postgresql as own_postgresql
from tests.many.conftest import own_redis as own_redis
from tests.many.conftest import redis_server as redis_server
from tests.realtime.conftest import relay as relay
