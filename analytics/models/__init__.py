"""What is counted of cases: made anew from the cases at any time (`manage.py rebuild_figures`); and
what people make of it: signals and their life, order volumes, causes and their cure; and reports
that they keep.
"""

from analytics.models.budget import AlarmBudget
from analytics.models.counted import CaseFigures, Cell, LibraryDay, Occurrence, Touched, Turn
from analytics.models.cure import ActionFile, Cause, CauseGiven, CorrectiveAction
from analytics.models.saved import ReportMail, ReportRecipient, SavedReport
from analytics.models.signals import DetectionRun, Signal, SignalCase, SignalNotice, SignalStep
from analytics.models.targets import Target
from analytics.models.volumes import Denominator, VolumeFile

__all__ = [
    "ActionFile",
    "AlarmBudget",
    "CaseFigures",
    "Cause",
    "CauseGiven",
    "Cell",
    "CorrectiveAction",
    "Denominator",
    "DetectionRun",
    "LibraryDay",
    "Occurrence",
    "ReportMail",
    "ReportRecipient",
    "SavedReport",
    "Signal",
    "SignalCase",
    "SignalNotice",
    "SignalStep",
    "Target",
    "Touched",
    "Turn",
    "VolumeFile",
]
