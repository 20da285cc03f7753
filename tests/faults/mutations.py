"""Guards, each switched off in a copy of the source: a test must turn red, or it proves nothing.

`python -m tests.faults.mutations` runs all and prints them; `… ack-before-commit fence` runs some.
"""

import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.copies import ROOT as ROOT
from tests.faults.copies import Run, Runner

GUARDS = "tests/faults/test_guards.py::"
STORAGE = "tests/faults/test_storage.py::"
DATABASE = "tests/storage/test_database.py::"
TRANSPORTS = "tests/realtime/test_transports.py::"


@dataclass(frozen=True)
class Mutation:
    """One guard.

    Args:
        file: of the guard.
        source: what stands there, exactly once.
        without: what stands there when the guard is off.
        killer: the test that must turn red.
    """

    name: str
    file: str
    source: str
    without: str
    killer: str


MUTATIONS = (
    Mutation(
        "ack-before-commit",
        "chatserver/storage/database.py",
        "            transaction.commit()\n",
        "            self._tell(batch)\n            transaction.commit()\n",
        f"{STORAGE}test_nobody_is_told_before_the_commit[sqlite]",
    ),
    Mutation(
        "failed-commit-is-told",
        "chatserver/storage/database.py",
        "                job.error = Refusal(Code.UNAVAILABLE)\n\n    def _commit_alone",
        "                pass\n\n    def _commit_alone",
        f"{STORAGE}TestF07ADiskThatIsFull::test_that_is_full_at_the_commit_itself",
    ),
    Mutation(
        "savepoint-of-each-unit",
        "chatserver/storage/jobs.py",
        "                with connection.begin_nested():\n",
        "                if True:\n",
        f"{GUARDS}test_a_refused_unit_moves_no_counter",
    ),
    Mutation(
        "batch-taken-back",
        "chatserver/storage/database.py",
        "                transaction.rollback()\n",
        "                transaction.commit()\n",
        f"{GUARDS}test_a_refused_unit_moves_no_counter",
    ),
    Mutation(
        "patience",
        "chatserver/storage/patience.py",
        "                future.set_exception(Refusal(Code.UNAVAILABLE))\n",
        "                pass\n",
        f"{GUARDS}test_nobody_waits_longer_than_two_seconds_for_a_database",
    ),
    Mutation(
        "bounded-queue-of-units",
        "chatserver/storage/database.py",
        "        if self._queue.qsize() >= self._max_queued:\n",
        "        if False:\n",
        f"{DATABASE}test_a_full_queue_refuses_at_once_and_holds_nothing_in_memory[sqlite]",
    ),
    Mutation(
        "health-past-the-queue",
        "chatserver/web/health.py",
        "        current = await database.look(read)\n",
        "        current = await database.read(read)\n",
        f"{GUARDS}test_health_answers_while_everybody_else_queues",
    ),
    Mutation(
        "second-look-after-a-race",
        "chatserver/storage/jobs.py",
        "for last in (False, True):",
        "for last in (True,):",
        f"{STORAGE}test_a_unit_that_was_beaten_to_it_looks_again",
    ),
    Mutation(
        "commit-reaches-the-disk",
        "chatserver/storage/engines.py",
        "PRAGMA synchronous=FULL",
        "PRAGMA synchronous=OFF",
        f"{DATABASE}test_sqlite_is_opened_so_that_a_commit_means_the_disk",
    ),
    Mutation(
        "wait-for-a-lock",
        "chatserver/storage/engines.py",
        '"timeout": BUSY_TIMEOUT_S',
        '"timeout": 0',
        f"{STORAGE}test_f25_a_short_lock_is_waited_for",
    ),
    Mutation(
        "one-process-a-file",
        "chatserver/storage/single.py",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_UN",
        f"{STORAGE}test_f25_an_embedded_database_is_one_processs",
    ),
    Mutation(
        "unreadable-row",
        "chatserver/storage/bodies.py",
        "    except (ValueError, KeyError, msgspec.DecodeError):\n",
        "    except ZeroDivisionError:\n",
        "tests/faults/test_poison.py::"
        "test_unreadable_messages_are_shown_as_such_and_the_others_as_they_are[sqlite]",
    ),
    Mutation(
        "capacity",
        "chatserver/storage/agents.py",
        "            staff.c.lease_until_ms > now_ms,\n            staff.c.load < staff.c.capacity,\n",
        "            staff.c.lease_until_ms > now_ms,\n",
        "tests/services/test_status.py::test_nobody_is_ever_over_capacity[sqlite]",
    ),
    Mutation(
        "one-sweeper",
        "chatserver/storage/processes.py",
        "duty.c.until_ms <= now_ms)",
        "duty.c.until_ms >= 0)",
        f"{GUARDS}test_a_duty_is_one_processs_until_it_runs_out",
    ),
    Mutation(
        "told-in-the-order-done",
        "chatserver/storage/jobs.py",
        "    batch[:] = done + left\n",
        "",
        f"{DATABASE}test_a_batch_is_told_in_the_order_in_which_it_was_done",
    ),
    Mutation(
        "shortcut-only-where-nothing-waits",
        "chatserver/realtime/lines.py",
        "            or not protocol.writable.is_set()\n",
        "",
        "tests/realtime/test_shortcut.py::"
        "test_it_declines_where_something_would_wait_and_sends_first_what_it_held[unwritable]",
    ),
    Mutation(
        "dedupe-by-client-id",
        "chatserver/services/posting.py",
        "    if sent is None:\n        return None\n    message",
        "    if sent is None or True:\n        return None\n    message",
        f"{GUARDS}test_what_is_sent_again_is_found_and_not_stored_again",
    ),
    Mutation(
        "one-text-a-client-id",
        "chatserver/services/posting.py",
        "        raise Refusal(Code.CLIENT_ID_CONFLICT)\n",
        "        pass\n",
        f"{GUARDS}test_a_client_id_is_one_text",
    ),
    Mutation(
        "fence",
        "chatserver/domain/conversations.py",
        "    if fence != conversation.fence:\n",
        "    if False:\n",
        f"{GUARDS}test_a_reply_under_an_old_fence_is_refused",
    ),
    Mutation(
        "grace",
        "chatserver/services/presence.py",
        "    if agent.lease_until_ms + shortest_grace_ms(work.connection) > work.now_ms:\n",
        "    if False:\n",
        f"{GUARDS}test_an_agent_who_came_back_meanwhile_is_not_lost",
    ),
    Mutation(
        "lease-from-when-asked",
        "chatserver/services/presence.py",
        "    if until_ms > work.now_ms:\n        begin_lease(work, agent, lease_ms=until_ms - work.now_ms)",
        "    begin_lease(work, agent, lease_ms=30_000)",
        f"{GUARDS}test_an_old_proof_of_life_proves_nothing_now",
    ),
    Mutation(
        "turn-once",
        "chatserver/services/bot_turns.py",
        "        and fresh.bot_answered_seq == owed.conversation.bot_answered_seq\n",
        "",
        f"{GUARDS}test_a_turn_of_the_bot_is_written_once",
    ),
    Mutation(
        "epoch",
        "chatserver/services/sync.py",
        "        reset = (known_epoch not in (None, epoch)) or after > head\n",
        "        reset = after > head\n",
        f"{GUARDS}test_another_epoch_starts_a_reader_over",
    ),
    Mutation(
        "beyond-the-head",
        "chatserver/services/sync.py",
        "        reset = (known_epoch not in (None, epoch)) or after > head\n",
        "        reset = known_epoch not in (None, epoch)\n",
        f"{GUARDS}test_another_epoch_starts_a_reader_over",
    ),
    Mutation(
        "beacon",
        "chatserver/realtime/beacon.py",
        "                connection.pending[change.head.public_id] = row\n",
        "                pass\n",
        f"{GUARDS}test_a_head_is_told_until_it_is_acknowledged",
    ),
    Mutation(
        "beacon-until-acked",
        "chatserver/realtime/beacon.py",
        "        if connection.pending.get(public_id) == row:\n",
        "        if public_id in connection.pending:\n",
        f"{GUARDS}test_a_head_is_told_until_it_is_acknowledged",
    ),
    Mutation(
        "order-of-a-connection",
        "chatserver/realtime/engine.py",
        "                await transport.handle(frame)\n",
        "                asyncio.ensure_future(transport.handle(frame))\n",
        f"{GUARDS}test_a_quick_event_never_overtakes_a_slow_one",
    ),
    Mutation(
        "bounded-queue-of-packets",
        "chatserver/realtime/transports.py",
        "            self.shut(SLOW_CONSUMER, abort=True)\n            return\n",
        "            pass\n",
        f"{TRANSPORTS}test_what_waits_is_bounded_by_number_and_weight",
    ),
    Mutation(
        "poll-given-up",
        "chatserver/realtime/transports.py",
        "                    if hung_up.done():\n                        return None\n",
        "",
        "tests/realtime/test_sockets.py::TestPolls::test_one_that_was_given_up_takes_no_event_along",
    ),
    Mutation(
        "hmac-of-redis-payloads",
        "chatserver/realtime/envelope.py",
        " or not hmac.compare_digest(mac, self._mac(channel, rest))",
        "",
        "tests/many/test_envelope.py::test_another_key_is_another_installation",
    ),
    Mutation(
        "room-in-the-hmac",
        "chatserver/realtime/envelope.py",
        '        signed = b"%d:%b%b" % (len(channel), channel, rest)\n',
        "        signed = rest\n",
        "tests/many/test_envelope.py::test_what_was_heard_in_one_room_can_not_be_said_in_another",
    ),
    Mutation(
        "nothing-heard-twice",
        "chatserver/realtime/envelope.py",
        " or number <= self._last.get(origin, 0)",
        "",
        "tests/many/test_envelope.py::test_nothing_is_heard_twice_nor_out_of_order",
    ),
    Mutation(
        "nan",
        "chatserver/realtime/codec.py",
        "        value = orjson.loads(text)\n",
        "        value = json.loads(text)\n",
        "tests/realtime/test_codec.py::test_what_is_malformed_is_named_so",
    ),
)


def switch_off(mutation: Mutation, folder: Path) -> None:
    """Switch a guard off in a copy; the copy's file is a new one, the original's is not touched."""
    path = folder / mutation.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutation.source) == 1, f"{mutation.name}: the guard is not where it was"
    path.unlink()
    path.write_text(text.replace(mutation.source, mutation.without), encoding="utf-8")


UNCHANGED = "nothing"
"""The run of all killers with every guard on: a killer that is always red kills nothing."""


def run(names: Iterable[str], folder: Path) -> dict[str, Run]:
    """Run mutations by name and return what became of each; of the unchanged source too."""
    names = set(names)
    chosen = [one for one in MUTATIONS if one.name in names]
    runner = Runner(folder)
    if UNCHANGED in names:
        runner.start(UNCHANGED, sorted({one.killer for one in chosen}))
    for mutation in chosen:
        runner.start(mutation.name, [mutation.killer], partial(switch_off, mutation))
    return runner.finish()


def main() -> int:
    """Run mutations and say what became of each; the exit status says whether all were found."""
    names = sys.argv[1:] or [UNCHANGED, *(one.name for one in MUTATIONS)]
    with tempfile.TemporaryDirectory() as folder:
        runs = run(names, Path(folder))
    wrong = 0
    for name, done in runs.items():
        print(f"{name:32} {done.verdict:8} {done.took_s:5.1f} s", flush=True)
        if done.verdict != ("green" if name == UNCHANGED else "red"):
            print(done.said[-3000:])
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main())
