"""A command that waits for a trial: it works on parts like any worker, tells how far it is, and
prints what changed. Without a worker it does everything itself.
"""

from __future__ import annotations

import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.actions import trial_work, trials
from complaints.models import Trial, TrialResult

SHOWN = 50
TELL_EVERY = 2.0  # seconds
PAUSE = 0.2  # while others do the last parts


class Watch:
    """`out`: where to print, line by line."""

    def __init__(self, out: Any, lang: str, *, everything: bool = False) -> None:
        self.out, self.lang, self.everything = out, lang, everything

    def until_done(self, trial: Trial) -> None:
        """Work and tell until the trial is over, then print what changed."""
        told = 0.0
        while trial.state == Trial.State.RUNNING:
            if not trial_work.work(trial.pk):
                time.sleep(PAUSE)
            trial.refresh_from_db(fields=["state", "message", "finished_at"])
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                self._say_how_far(trial)
        self._say_how_far(trial)
        if trial.message:
            self.out.write(_(trial.message))
        self._results(trial)

    def _say_how_far(self, trial: Trial) -> None:
        p = trials.progress(trial)
        words = _("已算 {done} / {cases} 件（{share}%），结果改变 {changed} 件")
        line = words.format(done=p.done, cases=p.cases, share=p.share, changed=p.changed)
        if p.failed:
            line += _("，不能判断 {n} 件，见日志").format(n=p.failed)
        self.out.write(line)

    def _results(self, trial: Trial) -> None:
        rows = TrialResult.objects.filter(trial=trial).select_related("complaint").order_by("id")
        count = rows.count()
        for row in rows.iterator() if self.everything else rows[:SHOWN]:
            sums = f"{row.owed_before:,.2f} → {row.owed_after:,.2f}"
            self.out.write(f"{row.complaint.number}  {sums}")
            for sentence in row.words.get(self.lang, []):
                self.out.write(f"    {sentence}")
        left = count - SHOWN
        if left > 0 and not self.everything:
            words = ngettext(
                "另有 %(n)s 件；加 --all 全部列出", "另有 %(n)s 件；加 --all 全部列出", left
            )
            self.out.write(words % {"n": left})
