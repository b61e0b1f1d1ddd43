"""Visitors without a browser draw on the whole app, and what comes back is their own picture."""

from benchmarks.load import SMALL, _draws
from benchmarks.protocol import ProtocolVisitor
from benchmarks.served import served


def test_two_visits_end_with_results_of_their_own_pictures():
    with served() as server:
        for number in (1, 2):
            times, errors = _draws(server, number, SMALL, 2)
            assert errors == 0
            assert len(times) == 2
            assert all(0 < until_result < whole for until_result, whole in times), "the page goes on after the result"


def test_somebody_who_changes_tools_is_answered_while_another_one_draws():
    with served() as server, ProtocolVisitor(server.address) as visitor:
        visitor.run()
        assert all(visitor.use(tool) > 0 for tool in ("tool_ellipse", "tool_rectangle"))
        assert not visitor.problems
