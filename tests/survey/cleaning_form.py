"""A form that has every way of cleaning, at the root and in a repeat; it is neither C nor C1."""

from __future__ import annotations

QUESTIONS = """
| | text | {p}who | Who | | person_name |
| | text | {p}shop | Shop | | place_name |
| | text | {p}hamlet | Hamlet | | village |
| | integer | {p}birth_year | Year | | birth_year |
| | integer | {p}birth_month | Month | | birth_month |
| | integer | {p}birth_day | Day | | birth_day |
| | date | {p}since | Since | | month |
| | date | {p}seen | Seen | | |
| | integer | {p}paid | Paid | | amount |
| | decimal | {p}factor | Factor | | coefficient |
| | text | {p}paper | Paper | | document_no |
| | select_one commune | {p}commune | Commune | | code:5 |
| | text | {p}zone | Zone | | code:3 |
| | select_multiple colour | {p}colours | Colours | | |
| | text | {p}nick | Nick | | other_name |
| | text | {p}call | Call | | phone |
| | text | {p}birth_id | Number | | id_number |
| | text | {p}other_id | Another number | | id_number |
| | select_one sex | {p}birth_sex | Sex | | sex |
| | text | {p}hi_no | Card | | health_card |
| | select_one group | {p}group | Group | | ethnic |
| | text | {p}line | Line | | |
| | text | {p}story | Story | | free_text |
"""
FORM = f"""
| survey |
| | type | name | label | repeat_count | clean_as |
{QUESTIONS.format(p="").strip()}
| | date | asked | Asked | | interview_date |
| | begin repeat | people | People | | |
{QUESTIONS.format(p="p_").strip()}
| | end repeat | | | | |
| choices |
| | list_name | name | label |
| | commune | 01231 | One |
| | commune | 16663 | Two |
| | commune | 98 | Other |
| | sex | 1 | Male |
| | sex | 2 | Female |
| | group | 01 | Kinh |
| | group | 29 | Khơ-mú |
| | group | 99 | Not told |
| | colour | red | Red |
| | colour | 01 | Blue |
"""
NAMES = ["asked"] + [line.split("|")[3].strip().replace("{p}", "") for line in QUESTIONS.strip().splitlines()]
