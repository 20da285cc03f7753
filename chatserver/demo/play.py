"""Plays a story through the services, as the people in it would have; writes no SQL."""

from dataclasses import dataclass
from typing import Any

import msgspec

from chatserver.bot.turn import BotState
from chatserver.demo.scene import MAX_TURNS, Scene
from chatserver.demo.stories import Step, Story, next_morning
from chatserver.domain.conversations import IDLE_MS
from chatserver.domain.ids import StaffId
from chatserver.domain.messages import ChoicesBody, MessageKind, TextBody
from chatserver.domain.people import Team
from chatserver.services import assigning, ending, opening, posting, presence, visitors
from chatserver.storage import agents, messages, sites
from chatserver.storage import visitors as visitors_table


@dataclass(slots=True)
class Player:
    """Plays one story after the other.

    Args:
        pages: address and title of a page of the shop, by key and language.
    """

    scene: Scene
    pages: dict[tuple[str, str], tuple[str, str]]

    def play(self, story: Story, at_ms: int) -> None:
        """Play one story from its beginning; its agents sign out when it is over."""
        self.scene.at_ms, self.scene.public_id = at_ms, None
        self._arrive(story)
        for name in story.here:
            self.scene.here(name)
        for step in story.steps:
            self._step(step)
        for name in sorted(self.scene.present):
            presence.sign_out(self.scene.work(), self.scene.agents[name])
        self.scene.present.clear()

    # Who does what

    def _arrive(self, story: Story) -> None:
        started = visitors.start_visitor(
            self.scene.work(),
            self.scene.site,
            language=story.language,
            device=story.device,
            days=30,
        )
        self.scene.visitor_id = started.visitor.id
        asked = any("gives" in step for step in story.steps)
        if story.visitor and not asked:
            visitors_table.set_details(
                self.scene.connection, self.scene.visitor().id, name=story.visitor
            )
        for page in story.pages:
            url, title = self.pages[page, story.language]
            visitors.view_page(self.scene.work(), self.scene.visitor(), url=url, title=title)
            self.scene.wait(15, 70)

    def _step(self, step: Step) -> None:
        [(word, value)] = step.items()
        match word.split():
            case ["says"]:
                self.scene.wait(8, 25)
                self._says(TextBody(str(value)))
            case ["press"]:
                self._press(int(value))
            case ["person"]:
                self.scene.wait(5, 12)
                activity, _again = opening.request_person(
                    self.scene.work(),
                    self.scene.visitor(),
                    conversation=self.scene.public_id,
                    client_id=self.scene.client_id(),
                )
                self.scene.public_id = activity.conversation_public
                self.scene.bot()
            case ["gives"]:
                self._gives(dict(value))
            case ["leaves"]:
                self.scene.wait(10, 40)
                ending.leave(
                    self.scene.work(),
                    self.scene.visitor(),
                    self.scene.conversation().public_id,
                    client_id=self.scene.client_id(),
                )
            case ["idle"]:
                quiet = self.scene.conversation()
                self.scene.at_ms = min(self.scene.at_ms + IDLE_MS + 60_000, self.scene.now_ms)
                ending.resolve_idle(self.scene.work(), quiet.id, before_ms=quiet.last_message_ms)
            case ["wait"]:
                self.scene.wait(int(value), int(value))
            case ["next", "morning"]:
                self.scene.at_ms = next_morning(
                    self.scene.at_ms, self.scene.site.settings.hours, self.scene.now_ms
                )
            case [agent, *what]:
                self._agent(agent, what, value)

    def _agent(self, name: str, what: list[str], value: Any) -> None:
        agent = self.scene.agents[name]
        if what == ["here"]:
            self.scene.here(name)
            return
        held = self.scene.hold(agent)
        match what:
            case []:
                self.scene.wait(18, 25 + len(value) / 5)
                self._writes(agent, MessageKind.TEXT, value, held.fence)
            case ["note"]:
                self.scene.wait(6, 15)
                self._writes(agent, MessageKind.NOTE, value, None)
            case ["to", target]:
                self.scene.wait(5, 15)
                self._transfer(agent, held.fence, target, value)
            case ["done"]:
                self.scene.wait(20, 60)
                ending.resolve(self.scene.work(), agent, held.public_id, fence=held.fence)
            case _:
                raise ValueError(f"{name} can't {' '.join(what)}")

    def _says(self, body: TextBody) -> None:
        done = posting.post_visitor_message(
            self.scene.work(),
            self.scene.visitor(),
            conversation=self.scene.public_id,
            client_id=self.scene.client_id(),
            body=body,
        )
        self.scene.public_id = done.conversation
        self.scene.bot()

    def _press(self, number: int) -> None:
        """Press a button under the bot's newest question; without one there is nothing to do."""
        log = messages.after(self.scene.connection, self.scene.conversation(), 0, limit=200)
        asked = [m.body for m in log if isinstance(m.body, ChoicesBody)]
        if asked and number <= len(asked[-1].options):
            option = asked[-1].options[number - 1]
            self.scene.wait(6, 20)
            self._says(TextBody(option.label, option.value))

    def _gives(self, details: dict[str, str]) -> None:
        """Answer what the bot asks for, until it asks no more."""
        for _ in range(MAX_TURNS):
            state = msgspec.json.decode(self.scene.conversation().bot_state, type=BotState)
            if state.confirming:
                self._press(1)
            elif state.gathering in details:
                self.scene.wait(8, 25)
                self._says(TextBody(details[state.gathering]))
            elif state.gathering:
                self.scene.wait(4, 9)
                self._says(
                    TextBody("Geç" if self.scene.visitor().language == "tr" else "Skip", "skip")
                )
            else:
                return

    def _writes(self, agent: StaffId, kind: MessageKind, text: str, fence: int | None) -> None:
        posting.post_agent_message(
            self.scene.work(),
            agent,
            conversation=self.scene.conversation().public_id,
            client_id=self.scene.client_id(),
            kind=kind,
            body=TextBody(text),
            fence=fence,
        )

    def _transfer(self, agent: StaffId, fence: int, target: str, reason: str) -> None:
        to_agent = None
        if target != "team":
            to_agent = agents.get(self.scene.connection, self.scene.agents[target]).public_id
        assigning.transfer(
            self.scene.work(),
            agent,
            self.scene.conversation().public_id,
            fence=fence,
            client_id=self.scene.client_id(),
            to_agent=to_agent,
            to_team=self._other_team().public_id if to_agent is None else None,
            reason=reason,
        )
        self.scene.route()

    def _other_team(self) -> Team:
        return sites.teams(self.scene.connection, self.scene.site.id)[-1]
