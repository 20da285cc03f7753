from faq.evaluate import THRESHOLDS, build

ROWS: list[dict[str, object]] = [
    {"id": "a", "question": "Kargom nerede?", "variants": ["siparişim nerede"], "answer": "Yolda"},
    {"id": "b", "question": "Taksit var mı?", "variants": [], "answer": "Var"},
    {"id": "c", "question": "Garantisi var mı?"},
]


def test_rows_become_a_matcher_with_its_shipped_threshold() -> None:
    match = build(ROWS, "tr")
    ranked = match("kargom nerde")
    assert ranked[0][0] == "a"
    assert ranked[0][1] >= THRESHOLDS["tr"]
    assert match("garanti varmi")[0][0] == "c"
