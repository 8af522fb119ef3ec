"""Items of three checklists, in our words, and the section of the page that answers each.

ADEMP: Morris, White and Crowther 2019, doi 10.1002/sim.8086. DELTA2: Cook and others 2018, doi
10.1136/bmj.k3750. CONSORT: Hopewell and others 2025, doi 10.1136/bmj-2024-081123.
"""

from __future__ import annotations

from dataclasses import dataclass

NOT_HERE = "for the report of the real trial"
NOT_SIMULATED = "not simulated"


@dataclass(frozen=True)
class Item:
    """One item of a checklist."""

    number: str
    what: str
    section: str = ""
    """Identifier of the section that answers it; nothing where none does."""
    why_not: str = NOT_HERE
    """Said where no section answers it, or where that section is not on the page."""


@dataclass(frozen=True)
class Checklist:
    """A checklist with its reference."""

    key: str
    name: str
    about: str
    doi: str
    items: tuple[Item, ...]


ADEMP = Checklist(
    "ademp",
    "ADEMP",
    "What a report of a simulation study should tell",
    "10.1002/sim.8086",
    (
        Item("A", "Aims: what the simulation is to find out", "top"),
        Item("D", "Data-generating mechanisms: parameters and why they were chosen", "assumptions"),
        Item(
            "D", "Factors that are varied, and how they are combined", "size", "nothing is varied"
        ),
        Item("E", "Estimands, with their true values", "many-trials"),
        Item("M", "Methods that are compared", "trial"),
        Item("P", "Performance measures, all of them defined", "many-trials"),
        Item("P", "Monte Carlo error of every number", "many-trials"),
        Item("", "Number of replicates, seed and software", "reproduce"),
        Item("", "Replicates in which a method gave no result", "failures", "every fit succeeded"),
        Item("", "Estimates shown as they fall, not only their averages", "many-trials"),
        Item("", "Code by which the study can be repeated", "reproduce"),
    ),
)

DELTA2 = Checklist(
    "delta2",
    "DELTA2",
    "What a sample size calculation should report",
    "10.1136/bmj.k3750",
    (
        Item("1", "Primary outcome, on which the calculation rests", "trial"),
        Item("2", "Significance level and power", "top"),
        Item("3", "Target difference in natural units, with the standard deviation", "assumptions"),
        Item("4", "Allocation ratio", "trial"),
        Item(
            "5",
            "Size from these assumptions: the method, and what was added for losses",
            "size",
            "only the stated size was simulated",
        ),
        Item(
            "6",
            "Whether the target difference is an important or a realistic one",
            "",
            "the page says where a difference comes from, never whether it would matter to "
            "participants",
        ),
        Item("7", "How the target difference was chosen, with its sources", "assumptions"),
        Item("", "In the report of the trial: reference to the protocol", ""),
    ),
)

CONSORT = Checklist(
    "consort",
    "CONSORT 2025",
    "What a report of a randomised trial should tell",
    "10.1136/bmj-2024-081123",
    (
        Item("1a, 1b", "Title that says randomised; structured summary"),
        Item("2", "Registration"),
        Item("3", "Protocol and statistical analysis plan"),
        Item("4", "Sharing of data and code", "reproduce"),
        Item("5a, 5b", "Funding and conflicts of interest"),
        Item("6", "Background"),
        Item("7", "Objectives: benefits and harms"),
        Item("8", "Patient and public involvement"),
        Item("9", "Trial design: type, allocation ratio, framework", "trial"),
        Item("10", "Changes after the trial began"),
        Item("11", "Setting and places"),
        Item("12a, 12b", "Eligibility of participants, sites and those who deliver", "entering"),
        Item(
            "13",
            "Intervention and comparator: sessions, and who delivers them",
            "treatment",
            "the scenario names neither sessions nor therapists",
        ),
        Item("14", "Outcomes: how and when they are measured", "trial"),
        Item("15", "How harms are defined and assessed", "", NOT_SIMULATED),
        Item("16a", "How the sample size was determined, with its assumptions", "assumptions"),
        Item("16b", "Interim analyses and stopping rules", "", NOT_SIMULATED),
        Item("17a", "Who generated the sequence, and how"),
        Item("17b", "Type of randomisation and its restrictions", "trial"),
        Item("18", "Concealment of the sequence", "", NOT_SIMULATED),
        Item("19", "Who enrolled and who assigned"),
        Item("20a, 20b", "Who was blinded, and how", "", NOT_SIMULATED),
        Item("21a", "Statistical methods for the outcomes", "trial"),
        Item("21b", "Who is in each analysis", "trial"),
        Item("21c", "How missing data are handled", "missing", "nothing is missing"),
        Item("21d", "Additional analyses", "analyses", "there are none"),
        Item("22a", "Numbers randomised and analysed (simulated)", "trial"),
        Item("22b", "Losses after randomisation, with reasons", "missing", "nothing is missing"),
        Item("23a, 23b", "Length of recruitment and of follow-up; why it ended", "calendar"),
        Item("24a, 24b", "Treatment as delivered; other care", "treatment", NOT_SIMULATED),
        Item("25", "Baseline table", "one-trial", "the page shows no participants"),
        Item("26", "Numbers analysed, estimates and their precision (simulated)", "many-trials"),
        Item("27", "Harms", "", NOT_SIMULATED),
        Item("28", "Other analyses, told apart as planned or not"),
        Item("29", "Interpretation"),
        Item("30", "Limitations", "limits"),
    ),
)

CHECKLISTS = (ADEMP, DELTA2, CONSORT)
