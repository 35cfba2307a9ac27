"""What a word is: the rules agree with Python's and Unicode's data on every code point, and with a plain oracle."""

import bz2
import functools
import itertools
import os
import pathlib
import random
import sys
import unicodedata

import pytest

import equivec

regex = pytest.importorskip("regex")  # its \X and its properties are those of Unicode 15, as ours

UNICODE = pathlib.Path("/usr/share/unicode")
ALL = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]
#: unicodedata may be older: what it does not know yet is left to the data files.
KNOWN = [c for c in ALL if unicodedata.category(c) != "Cn"]
BLANKS = " \t\n\v\f\r"


def data_file(name):
    path = UNICODE / name
    if not path.exists():
        pytest.skip(f"{path} is missing: Debian's unicode-data has it")
    return path


def ruled(words, **rules):
    """Each of many words by the rules; they hold no white space, and become none."""
    result = equivec.tokenize("\n".join(words), **rules)
    assert len(result) == len(words)
    return [" ".join(line) for line in result]


def simple_lowercase():
    """Unicode's own simple mapping."""
    mapping = {}
    for line in data_file("UnicodeData.txt").read_text(encoding="ascii").splitlines():
        fields = line.split(";")
        if fields[13]:
            mapping[chr(int(fields[0], 16))] = chr(int(fields[13], 16))
    return mapping


# ---- every code point ----

def test_lower_case_is_unicodes_simple_mapping_of_every_code_point():
    mapping = simple_lowercase()
    letters = [c for c in ALL if c not in BLANKS]
    assert len(mapping) > 1400
    assert ruled(letters, lowercase=True) == [mapping.get(c, c) for c in letters]


def test_lower_case_is_pythons_but_for_the_one_letter_that_becomes_two():
    letters = [c for c in KNOWN if c not in BLANKS]
    found = ruled(letters, lowercase=True)
    assert [c for c, ours in zip(letters, found) if ours != c.lower()] == ["İ"]


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_normal_forms_of_every_code_point_are_pythons(form):
    letters = [c for c in KNOWN if c not in BLANKS]
    expected = [" ".join(w for w in unicodedata.normalize(form, c).split(" ") if w) for c in letters]
    assert ruled(letters, normalize=form.lower()) == expected


@pytest.mark.parametrize("form, column", [("nfc", 1), ("nfkc", 3)])
def test_unicodes_test_file_of_normal_forms_passes(form, column):
    lines = bz2.decompress(data_file("NormalizationTest.txt.bz2").read_bytes()).decode().splitlines()
    cases = [[("".join(chr(int(c, 16)) for c in field.split())) for field in line.split(";")[:5]]
             for line in lines if line and line[0] not in "#@"]
    assert len(cases) > 18000
    for source in range(3 if form == "nfc" else 5):
        texts = [case[source] for case in cases]
        expected = [case[column] if source < 3 or form == "nfkc" else case[3] for case in cases]
        # White space separates here.
        pairs = [(a, b) for a, b in zip(texts, expected) if not set(a + b) & set(BLANKS)]
        assert len(pairs) > 17000
        assert ruled([a for a, _ in pairs], normalize=form) == [b for _, b in pairs]


def is_blank(grapheme):
    """What separates: separators and controls, and the space of zero width; invisible characters vanish."""
    visible = [c for c in grapheme if unicodedata_category(c) != "Cf" or c == "\u200b"]
    return not visible or visible[0] == "\u200b" or unicodedata_category(visible[0]) in ("Zs", "Zl", "Zp", "Cc")


@functools.lru_cache(None)
def categories():
    """Of the code points of Unicode 15."""
    found, first = {}, None
    for line in data_file("UnicodeData.txt").read_text(encoding="ascii").splitlines():
        code, name, category = line.split(";")[:3]
        if name.endswith(", First>"):
            first = int(code, 16)
            continue
        for c in range(int(code, 16) if first is None else first, int(code, 16) + 1):
            found[chr(c)] = category
        first = None
    return found


def unicodedata_category(c):
    return categories().get(c, "Cn")


def graphemes(line):
    """Of a text without line feeds; white space of ASCII takes no mark, as for equivec."""
    result = []
    for part in regex.split("([\x00-\x20\x7f])", line):
        result += [part] if len(part) == 1 and (part <= " " or part == "\x7f") else regex.findall(r"\X", part)
    return [g for g in result if g]


def test_unicodes_test_file_of_graphemes_passes():
    lines = data_file("auxiliary/GraphemeBreakTest.txt").read_text(encoding="utf-8").splitlines()
    cases = 0
    for line in lines:
        fields = line.split("#")[0].split()
        if not fields or "000A" in fields or "000D" in fields:
            continue
        units = [[chr(int(c, 16)) for c in unit if c != "×"] for separates, unit in
                 itertools.groupby(fields, lambda field: field == "÷") if not separates]
        text = "".join(itertools.chain(*units))
        if " " in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text):
            continue  # white space takes no mark here
        expected = ["".join(unit) for unit in units if not is_blank("".join(unit))]
        assert equivec.tokenize(text, tokenize="characters") == ([expected] if expected else []), line
        cases += 1
    assert cases > 300


def test_graphemes_between_all_kinds_of_neighbours_are_those_of_regex():
    # A few code points of each kind that the rules of graphemes know, in all triples.
    kinds = ["a", "é", "\u0301", "\u200d", "\u200c", "\u0903", "\u1100", "\u1161", "\u11a8", "가", "각", "🇩", "👩", "❤",
             "\ufe0f", "🏽", "\u0600", "한", "東", "น", "\u0e33", "\u00ad", "1", "\u20e3"]
    for triple in itertools.product(kinds, repeat=3):
        text = "".join(triple)
        expected = [g for g in graphemes(text) if not is_blank(g)]
        assert equivec.tokenize(text, tokenize="characters") == ([expected] if expected else []), ascii(text)


SCRIPTS = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}"
    "\u3006\u3031-\u3035\u3099\u309a\u303c\u30fc\uff70\uff9e\uff9f]")


def kind_of(grapheme):
    """The rule of words, as the documentation has it."""
    visible = [c for c in grapheme if unicodedata_category(c) != "Cf" or c == "\u200b"]
    if not visible:
        return "nothing"
    c = visible[0]
    category = unicodedata_category(c)
    if c == "\u200b" or category in ("Zs", "Zl", "Zp", "Cc"):
        return "blank"
    if c in "'-\u2019\u2010\u2011":
        return "joint"
    if category[0] in "LM" or category == "Nl":
        return "single" if SCRIPTS.match(c) else "word"
    return "word" if category in ("Nd", "No") else "other"


def oracle(line, keep=True):
    """The words of a line, character by character."""
    units = [(g, kind_of(g)) for g in graphemes(line)]
    words, word, last = [], "", "blank"
    for i, (grapheme, kind) in enumerate(units):
        if kind == "nothing":
            continue
        following = units[i + 1][1] if i + 1 < len(units) else "blank"
        if kind == "word" or (kind == "joint" and last == following == "word"):
            word += grapheme
        else:
            words += [word] if word else []
            word = ""
            if kind == "single" or (keep and kind in ("other", "joint")):
                words.append(grapheme)
        last = kind
    return words + ([word] if word else [])


def test_the_kind_of_every_code_point_is_that_of_the_rule():
    letters = [c for i, c in enumerate(ALL) if c != "\n" and (c in categories() and c < "\U00020000" or i % 97 == 0)]
    assert len(letters) > 90000
    expected = [["aa"] if kind_of(c) == "nothing" and len(graphemes(f"a{c}a")) == 3 else oracle(f"a{c}a") for c in letters]
    found = equivec.tokenize("\n".join(f"a{c}a" for c in letters), tokenize="words")
    wrong = [(ascii(c), a, b) for c, a, b in zip(letters, found, expected) if a != b]
    assert not wrong, wrong[:10]


# ---- text ----

#: A sentence of the Universal Declaration of Human Rights' kind in scripts of all kinds, with what is between words.
SENTENCES = [
    "All human beings are born free and equal — in dignity & rights; they're “endowed” with reason.",
    "Tous les êtres humains naissent libres et égaux en dignité, l'esprit d’équité n'est-ce pas ?",
    "Все люди рождаются свободными и равными в своём достоинстве и правах, кто-то сказал: «да»!",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι· στην αξιοπρέπεια;",
    "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق، ١٩٤٨.",
    "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心1948年。",
    "すべての人間は、生まれながらにして自由であり、コンピューターで平等である。",
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์ ๑๒๓",
    "ມະນຸດເກີດມາມີສິດເສລີພາບ ແລະ ສະເໝີໜ້າກັນ.",
    "មនុស្សទាំងអស់កើតមកមានសេរីភាព និងសមភាព។",
    "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း။",
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "ყველა ადამიანი იბადება თავისუფალი და თანასწორი.",
    "எல்லா மனிதர்களும் சுதந்திரமாகவே பிறக்கின்றனர்.",
    "Mixed: 東京Tower🗼 #️⃣ 👨‍👩‍👧‍👦 🇩🇪🇫🇷 x²+½ café re\u0301sume\u0301 \u200bzero\u00adwidth",
]


@pytest.mark.parametrize("punctuation", ["keep", "drop"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_words_in_many_scripts_are_those_of_the_oracle(sentence, punctuation):
    found = equivec.tokenize(sentence, tokenize="words", punctuation=punctuation)
    assert found == [oracle(sentence, punctuation == "keep")]


def test_words_of_random_text_are_those_of_the_oracle():
    draw = random.Random(3)
    letters = sorted(set("".join(SENTENCES))) + list("ab'- .,\u0301\u200d\u0600_") * 3
    for _ in range(3000):
        line = "".join(draw.choice(letters) for _ in range(draw.randrange(1, 80)))
        for punctuation in ("keep", "drop"):
            found = equivec.tokenize(line, tokenize="words", punctuation=punctuation)
            expected = oracle(line, punctuation == "keep")
            assert found == ([expected] if expected else []), ascii(line)


def test_words_of_a_real_corpus_are_those_of_the_oracle():
    folder = os.environ.get("EQUIVEC_TEST_DATA")
    if not folder:
        pytest.skip("EQUIVEC_TEST_DATA is not set")
    import subprocess

    path = pathlib.Path(folder) / "corpora" / "wiki.txt.zst"
    with subprocess.Popen(["zstd", "-dc", "--long=27", path], stdout=subprocess.PIPE) as process:
        text = process.stdout.read(3_000_000).decode("utf-8", "ignore")
        process.kill()
    # Lines with other scripts first, where the rules differ from those of plain text.
    lines = sorted(text.split("\n"), key=str.isascii)[:4000]
    found = equivec.tokenize("\n".join(lines), tokenize="words")
    assert len(found) == len(lines)
    assert found == [oracle(line) for line in lines]


def test_bytes_that_are_not_utf8_are_replaced_and_left_out_as_python_does():
    draw = random.Random(5)
    for _ in range(3000):
        line = bytes(draw.choice(b"ab \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\xa0\x80\xff\xc0\x80\xf5") for _ in range(30))
        for rule, errors in (("replace", "replace"), ("skip", "ignore")):
            expected = line.decode("utf-8", errors).split(" ")
            expected = [word for word in expected if word]
            assert equivec.tokenize(line, invalid_utf8=rule) == ([expected] if expected else []), line


def test_a_corpus_has_the_words_that_tokenize_gives(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(SENTENCES), encoding="utf-8")
    rules = {"lowercase": True, "normalize": "nfkc", "tokenize": "words", "digits": "zero"}
    words = [word for line in equivec.tokenize("\n".join(SENTENCES), **rules) for word in line]
    counted = equivec.count_words(str(path), min_count=1, **rules).to_dict()
    assert counted == {word: words.count(word) for word in counted}
    assert sum(counted.values()) == len(words)
    assert equivec.count_words(SENTENCES, min_count=1, **rules).to_dict() == counted
    assert equivec.count_words([line.split() for line in SENTENCES], min_count=1, **rules).to_dict() == counted


# ---- where the text stands ----

def test_pandas_csv_and_json_lines_give_the_column(tmp_path):
    pandas = pytest.importorskip("pandas")
    texts = [*SENTENCES, 'say "hello", she said\nand a line\tmore', "", "plain"]
    table = pandas.DataFrame({"id": range(len(texts)), "text": texts, "more": "x"})
    expected = equivec.count_words(texts, min_count=1).to_dict()
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    table.to_csv(tmp_path / "b.csv", index=True, sep=";", quoting=1)
    table.to_csv(tmp_path / "c.csv", index=False, header=False)
    table.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    table.to_json(tmp_path / "b.jsonl", orient="records", lines=True, force_ascii=False)
    for name, place in (("a.csv", {"column": "text"}), ("a.tsv", {"column": "text"}), ("b.csv", {"column": "text"}),
                        ("c.csv", {"column": 2}), ("a.jsonl", {"field": "text"}), ("b.jsonl", {"field": "text"})):
        assert equivec.count_words(str(tmp_path / name), min_count=1, **place).to_dict() == expected, name


def test_mistakes_about_the_place_of_text_are_told(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,x\n")
    path = str(tmp_path / "a.csv")
    for place, text in (({"column": "txt"}, "there is no column 'txt'"), ({"column": 0}, "column must be at least 1"),
                        ({"field": "text", "column": 1}, "give one of them")):
        with pytest.raises(equivec.Error, match=text):
            equivec.count_words(path, min_count=1, **place)
    with pytest.raises(equivec.OptionError, match="field is for files"):
        equivec.count_words([["a"]], min_count=1, field="text")
    with pytest.raises(TypeError, match="column: expected a name or a number from 1, found float"):
        equivec.count_words(path, column=1.5)
    with pytest.raises(equivec.OptionError, match="tokenize: expected"):
        equivec.tokenize("a", tokenize="wrods")


def test_words_are_kept_and_dropped_by_name(tmp_path):
    (tmp_path / "drop.txt").write_text("the\nof\n")
    text = [["The", "the", "cat", "rare"], ["the", "cat"]]
    counts = equivec.count_words(text, lowercase=True, min_count=2, keep=["Rare"], drop=tmp_path / "drop.txt")
    assert counts.to_dict() == {"cat": 2, "rare": 1}
    vectors = equivec.train_word2vec(text * 20, lowercase=True, drop=["the"], dimension=4, subsample=0)
    assert "the" not in vectors and vectors.metadata["lowercase"] == "true" and vectors.metadata["drop"] == "1 words"
