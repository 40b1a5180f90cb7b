"""Wire reports of our own writing, in the shapes that a fact-checker pastes."""

# A border incident: photo caption, junk lines, attributions of every kind, and two disputes.
BORDER = """\
Velmark: Talks with Ostria go on after fatal shelling

Full Screen
1 / 4

Velmark Defence Ministry

Velmark Defence Minister Ilka Soren arrives at a briefing in Tarn, Velmark, Thursday, March 9, 2017. \
(Velmark Defence Ministry via NW, Pool)

TARN – Velmark's defence minister said Thursday that her country would go on talking to Ostria.

However, Ilka Soren also warned that "every shell will be answered."

Recommended Videos



On Wednesday, Velmark gunners fired on militia positions near Dol, answering mortar fire that wounded six \
Velmark guards and a shepherd. A Dol aid group said 21 militiamen died in the exchange.

"Both sides have lost too much already," Soren told reporters in Tarn, referring to the winter fighting.

She added that the hotline between the two armies had been used 14 times this year.

Soren, who met Ostria's envoy hours after the incident, added: "Nobody wants a wider war."

Soren rejected assertions by Ostria that it has no influence over the militia and said the barrage came \
despite an advance warning by Velmark of its patrol routes around Dol. Ostria maintained that Velmark had \
neglected to warn the Ostrian army of the patrols on Wednesday.

Schools in Dol stayed closed on Friday.
"""

# A flood: an accusation and its denial, a company as "the company", a spokesman set off by commas.
FLOOD = """\
LISKOVA (NW) — The head of the Orlan regional council accused the dam's operator on Thursday of opening the \
gates without warning, hours before a flood that killed at least nine people.

Hidros denied the accusation. In a statement, the company said it had sent warnings to all 14 towns by text \
message at 9:40 p.m.

Jonas Petrik, the chief engineer of Hidros, said inflow had reached 1,900 cubic meters per second.

"The dam worked as designed," Petrik said. "The gates were opened in the right order."

Mayor Marta Velic dismissed the claim that the towns were warned, saying her phone had stayed silent.

A spokesman for the ministry, Igor Hanak, declined to comment on whether the warnings were sent.

The audit was carried out by engineers from Brun, according to documents seen by the newspaper Denik.
"""
