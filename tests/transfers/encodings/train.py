"""Counts letters and pairs of letters in names by language, for `apps.transfers.reading.letters`.

Run `python -m tests.transfers.encodings.train` after a change here. The names are Faker's, and a few more
where Faker has few with letters beyond ASCII. The lists in `names.py` are not among them: those test.
"""

import importlib
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

from apps.transfers.reading.letters import DATA, folded

LOCALES = {
    "ar": ["ar_AA", "ar_SA", "ar_DZ"], "bg": ["bg_BG"], "cs": ["cs_CZ"], "da": ["da_DK"],
    "de": ["de_DE", "de_AT", "de_CH"], "el": ["el_GR"], "es": ["es_ES", "es_MX", "es_CL", "es_CO"],
    "et": ["et_EE"], "fa": ["fa_IR"], "fi": ["fi_FI"], "fr": ["fr_FR", "fr_CA", "fr_BE", "fr_CH"],
    "ga": ["ga_IE"], "he": ["he_IL"], "hr": ["hr_HR"], "hu": ["hu_HU"], "is": ["is_IS"], "it": ["it_IT"],
    "ja": ["ja_JP"], "ko": ["ko_KR"], "lt": ["lt_LT"], "lv": ["lv_LV"], "mk": ["mk_MK"],
    "nl": ["nl_NL", "nl_BE"], "no": ["no_NO"], "pl": ["pl_PL"], "pt": ["pt_PT", "pt_BR"],
    "ro": ["ro_RO"], "ru": ["ru_RU"], "sk": ["sk_SK"], "sl": ["sl_SI"], "sv": ["sv_SE"],
    "th": ["th_TH"], "tr": ["tr_TR"], "uk": ["uk_UA"], "vi": ["vi_VN"], "zh-cn": ["zh_CN"],
    "zh-tw": ["zh_TW"],
}  # fmt: skip

MORE = {
    "da": "Jørgensen Sørensen Møller Nørgaard Kjær Bækgaard Højgaard Skovgård Ågård Åkjær Krogsgård Grønbæk "
    "Søren Jørgen Bjørn Mæhl Kær Thøgersen Bøgh Dahlgård Vestergård Sønderby Nygård Lærke Jørn Gøtzsche",
    "no": "Sørlie Bjørnstad Håkon Pål Åse Østby Øyvind Ågot Mæhle Ødegård Gjørven Bråten Myhrå Brønmo Grønn "
    "Kjønstad Søren Bjørg Sølvi Gård Ås Næss Sæther Sætre Håland Tømmerås Løkken Strømme Skogstø Bø",
    "sv": "Åkerlund Åström Öberg Björk Sjöberg Nyström Håkansson Mårtensson Göransson Sjögren Öhman Järvinen",
    "fi": "Mäkinen Hämäläinen Nieminen Mäkelä Väänänen Jämsä Yrjö Väinö Pöyry Törmänen Kääriäinen Päivi",
    "fr": "François Françoise Hélène Stéphane Jérôme Benoît Anaïs Noël Loïc Maëlle Gaëlle Béatrice Cédric "
    "Frédéric Gérard Rémi Sébastien Thérèse Valérie Zoé Lefèvre Mercier Gautier Bérard Lévêque Hébert "
    "Châtelain Crépin Piché Fréchette Beauséjour Boisclair Prévost Légaré Duchêne Maître Forêt Garçon "
    "Besançon Moïse Raphaël Joël Aimée Cœur Agnès Eugène Gisèle Léa Théo Clément",
    "it": "Niccolò Nicolò Cantù Pietà Giosuè Josuè Mosè Salomè Noè Morbelò Dalò Forlì Sarà Libertà Rigò Trentalè "
    "Calò Bordò Zanè Pirrò Cufarò",
    "pt": "João José Antônio António Luís Inês Conceição Simões Magalhães Guimarães Gonçalves Araújo "
    "Assunção Falcão Leitão Brandão Galvão Mourão Galhão Sérgio Cláudia Fátima Júlio Vânia Mônica Mónica "
    "Patrícia Letícia Estêvão Gusmão Bragança Mendonça Lourenço Gouveia França Caçador Sebastião Damião "
    "Ângela Ângelo Célia Glória Lúcia Márcia Tânia Zélia Camões Frazão Negrão Paixão Salomão Vilhões",
    "es": "José María Jesús Ramón Núñez Peña Muñoz Ibáñez Yáñez Ordóñez Gutiérrez Hernández Martínez González "
    "Pérez Sánchez Rodríguez López García Jiménez Álvarez Gómez Vázquez Suárez Íñigo Óscar Ángel Úrsula Agüero "
    "Argüelles Güell Iñaki Begoña Ñíguez Cañas",
    "ro": "Ștefan Ștefănescu Ionuț Mihăilă Mușat Brăileanu Constantinescu Dănilă Crăciun Țurcanu Țepeș Vlăduț Cătălin "
    "Cătălina Mădălina Mălina Răzvan Călin Ilieș Pîrvu Pârvulescu Stănciulescu Lăcătuș Negruți Rădulescu Dumitrașcu Niță "
    "Fuță Petruș Bălan Bălănescu Văcărescu Săndulescu Bănică Gâdea Pașcu Iuliș Tănase Țiriac Mureșan Bogdăneț "
    "Lăzărescu Dragoș Mărgărit Măntescu Ghiță Iliuță Anuța Lenuța Pătrașcu Vîlcu Năstase Șerban Șerbănescu Hagiș",
    "lt": "Žukauskas Šimkus Kęstutis Rūta Eglė Žydrūnas Jūratė Gražina Šarūnas Ąžuolas Balčiūnas Jokūbaitė Kazlauskaitė "
    "Petrauskienė Vaitkevičius Urbonavičiūtė Mažeika Čepaitis Bražinskas Žemaitis Daiva Birutė Dalė Vilmantė Mindaugė "
    "Ramunė Neringa Laimutė Ąsteras Stankevičienė Paulauskaitė Gečas Šulcas Vyšniauskas Grigaliūnas Rasų Kubiliūtė",
    "lv": "Bērziņš Kalniņš Ozoliņš Jānis Pēteris Līga Žanis Šmits Čakste Ķirsis Ģirts Ļaudis Ņikita Krūmiņa Liepiņa Zariņa",
    "et": "Õnne Mägi Pärn Sõrmus Tõnu Jõgi Kõiv Lõhmus Põld Saarmäe Ülle Küllike Märt Tõnis Väino Rööp Jürgen Kärt",
    "hu": "Győző Jenő Ernő Gergő Sőtér Őri Szőke Erdős Szűcs Fűzes Gyűrűs Dezső Kőműves Ökrös Vörösmarty Szőllősi Sándor "
    "József László Zoltán Béla Ödön Tünde Ildikó Kovács Szabó Tóth Mészáros Kertész Németh Gál Juhász Bölöni Csík",
    "cs": "Dvořák Novák Jiří Zdeněk Řehoř Šárka Žaneta Květa Růžena Ľubomír Ondřej Tomáš Matěj Vojtěch Kateřina Hájek "
    "Krejčí Kučera Němec Říha Jůza Petrů Janů Šťastný Ťoupal Ďurič Růžička Čermák Bartůněk",
    "tr": "Ayşe Yıldız Şahin Çelik Gökhan Öztürk Ağaoğlu İbrahim Işık Doğan Güneş Kılıç Yıldırım Çağla Özgür Şeyma Şükrü",
    "de": "Müller Schäfer Köhler Jürgen Günther Weiß Groß Strauß Björn Jörg Käthe Sören Bäcker Löwe Österreicher Übel",
    "nl": "Daniël Joëlle Michaël Raphaël Noël Chloë André René Desirée Renée Loïs Gaël Zoë",
    "sq": "Çela Besnik Fatmirë Drenushë Hoxhë Përparim Gëzim Shpëtim Agnesë Çun Lulëzim Bekë Zenë Mërgim Vjollcë",
    "sr": "Ђорђевић Јовановић Петровић Николић Марковић Ђурић Стојановић Илић Павловић Живковић Бранислав Јелена Љиљана "
    "Његош Џамбас Ћирић Душан Миљана Снежана Горица Милош Зорица Ћосић Кузмановић Вучићевић Љубица Ненад Ђука",
    "be": "Іван Алесь Міхась Янка Кацярына Аляксандр Ваўкавіч Аўдзей Сяргей Уладзімір Дзмітрый Настасся Марыя Якуб Ўладзь",
    "vi": "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Thị Đức Tuấn Hùng Dũng Hương Phương",
    "ca": "Núria Mercè Montserrat Vicenç Llorenç Françesc Òscar Àlex Júlia Lluís Adrià Cèlia Eulàlia Martí Solà Güell",
}  # fmt: skip


def names_of(locale: str) -> set[str]:
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    found: set[str] = set()
    for attribute in dir(provider):
        if "name" in attribute and "format" not in attribute and "romanized" not in attribute:
            values = getattr(provider, attribute)
            if isinstance(values, dict | tuple | list | set):
                found |= {each for each in values if isinstance(each, str) and "{" not in each}
    return found


def counted(words: set[str]) -> dict[str, dict[str, int]]:
    letters: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for word in words:
        text = f"^{folded(word)}$"
        letters.update(text[:-1])
        pairs.update(a + b for a, b in pairwise(text) if not (a + b).isascii())
    return {"letters": dict(sorted(letters.items())), "pairs": dict(sorted(pairs.items()))}


def main() -> None:
    model = {}
    for language in sorted({*LOCALES, *MORE}):
        words = {
            word
            for locale in LOCALES.get(language, [])
            for name in names_of(locale)
            for word in name.split()
        } | set(MORE.get(language, "").split())
        model[language] = counted(words)
    lines = [
        f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False, separators=(',', ':'))}"
        for k, v in model.items()
    ]
    Path(DATA).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
