"""Invented rosters in many languages: first and family names that the training does not draw from."""

import random
from collections.abc import Iterator

# First names, then family names. Put together at random they are nobody.
NAMES: dict[str, tuple[str, str]] = {
    "Czech": (
        "Jiří Zdeněk Tomáš Ondřej Lukáš Štěpán Matouš Lenka Alena Věra Božena Jana Radek Petr Eliška Barbora Květoslav Přemysl",
        "Dvořák Novotný Procházka Kučera Veselý Horák Pospíšil Zeman Sedláček Bláha Doležal Křížek Vlček Šimek Beneš Říčan Žák Malý Havlíček Vaněk Brož Ježek",
    ),
    "Slovak": (
        "Ľudovít Matúš Ján Mária Žofia Štefan Zuzana Ľubica Tomáš Peter Juraj Božena Eva Anna Martin Katarína",
        "Horváth Kováč Varga Tóth Baláž Molnár Šťastný Kráľ Hudák Čierny Ďurica Vrabec Lukáč Oravec Mäsiar Hlaváč Krajčír",
    ),
    "Polish": (
        "Paweł Łukasz Małgorzata Zofia Grażyna Wojciech Jerzy Stanisław Bożena Elżbieta Marek Anna Michał Rafał Sławomir Żaneta",
        "Wiśniewski Wójcik Kowalczyk Zieliński Szymański Woźniak Dąbrowski Kozłowski Jabłoński Gołąb Pająk Król Mróz Wróbel Ślusarz Ćwik Żurek Gruszczyński Kuś Bąk Sęk Łoś",
    ),
    "Hungarian": (
        "Győző László Béla Jenő Tünde Zoltán Ágnes Éva Sándor Erzsébet Ildikó Márta Csaba Gábor István Péter Gergő Ernő",
        "Nagy Kovács Tóth Szabó Horváth Kiss Szűcs Erdős Szőke Fehér Balogh Török Bíró Kőszegi Hegedűs Lőrincz Vörös Pintér Gőz Fodor Őry",
    ),
    "Romanian": (
        "Ştefan Ionuţ Mihăiţă Cătălin Răzvan Mădălina Gheorghe Ana Ion Maria Vlăduţ Lenuţa Călin Dănuţ Elena Ilie Bogdan",
        "Popescu Brătianu Muşat Ţurcanu Stănescu Mărculescu Băsescu Dumitraşcu Lupaşcu Ghiţescu Crăciunescu Pârvan Vişan Şandru Câmpeanu Bălţatu Moraru Rusu Iliescu",
    ),
    "Croatian": (
        "Ivica Željko Marija Ivan Josip Ante Šime Vesna Branka Domagoj Krešimir Tomislav Živko Zvonimir",
        "Horvat Kovačević Babić Marić Jurić Novak Knežević Vuković Marković Petrović Đurđević Žanić Šimić Perišić Čulić Bošnjak Grgić Vrdoljak",
    ),
    "Slovenian": (
        "Janez Marija Žiga Anže Uroš Boštjan Darja Jože Franc Matjaž Špela Urška Aleš Gašper",
        "Novak Kovačič Župančič Krajnc Potočnik Golob Božič Kralj Zajc Hočevar Šuštar Mlakar Žagar Črnič Košir Rozman",
    ),
    "German": (
        "Jürgen Günter Björn Jörg Käthe Hans Anna Petra Sönke Lukas Thomas Bärbel Götz Ulla Uwe Klaus Lothar Brigitte Rüdiger",
        "Müller Schröder Köhler Weiß Groß Jäger Böhm Krüger Schäfer Bauer Fuchs Nußbaum Schütz Grünewald Lück Wörner Maier Ostermann Hübsch Rößler",
    ),
    "French": (
        "François Hélène Jérôme Benoît Noël Zoé Anaïs André Éric Sébastien Frédérique Chloé Paul Marie Luc Gaël Irène Maïté Aurélien",
        "Lefèvre Dupré Béranger Martin Petit Châtel Lemaître Garçon Prévost Bélanger Roussel Lévy Desprès Noël Gérin Hervé Crête Baudouin",
    ),
    "Spanish": (
        "José Jesús Ramón Begoña Iñigo María Ángel Óscar Mónica Raúl Lucía Andrés Rocío Víctor Ana Pilar Belén Joaquín",
        "Núñez Peña Muñoz García Fernández Gómez Ibáñez Cañizares Díaz Vázquez Rodríguez Sáez Agüera Marín Yáñez Ortuño Castaño Ávila",
    ),
    "Portuguese": (
        "João António Conceição Inês José Luís Fátima Cláudio Sérgio Ângela Lúcia Estêvão Débora Maria Ana Pedro Simão",
        "Simões Gonçalves Magalhães Araújo Assunção Leitão Conceição Falcão Brandão Guimarães Luz Abrantes Brás Crispim Patrício Marçal Gusmão",
    ),
    "Italian": (
        "Niccolò Giosuè Mosè Noè Luca Chiara Zoè Salomè Marco Giulia Elena Paolo",
        "Cantù Forlì Nardò Calò Rossi Bianchi Dalmonte Trentalò Carfì Bordò Zanè Virgilì Pomarò Ricci Greco",
    ),
    "Dutch": (
        "Daniël Joëlle Zoë Renée Noël Jan Piet Michaël Chloë Gabriël Els Marijke Loïs",
        "de Vries Jansen Ruïne Koopman Smit Coöper Bakker Visser Meijer Zeeën Raphaël Reünie",
    ),
    "Swedish": (
        "Åke Göran Märta Björn Sören Håkan Östen Anna Lars Kjell Pär Mårten Gösta Ingrid",
        "Åberg Sjöström Öst Lindström Hägg Malmö Bäckman Grönlund Nyström Karlsson Dahlström Wåhlin Ståhl",
    ),
    "Norwegian": (
        "Bjørn Øyvind Håvard Åse Kåre Søren Pål Kari Ola Gøran Jørn Sølve Tor Ragnhild Mæla",
        "Ødegård Bråthen Sætre Grønli Nordås Bø Hæreid Bjørge Myhre Ås Løvdal Høyland Krågerø Dahl Østlie Fjære",
    ),
    "Danish": (
        "Søren Jørgen Lærke Åge Bjørn Mette Anders Kær Asbjørn Jørn Gøsta Hanne Bodil Sæbjørn",
        "Sørensen Nørregård Møller Kjærgaard Ågaard Bækmand Højlund Skødt Brøndum Græsted Holm Næstved Østerby Lønborg",
    ),
    "Finnish": (
        "Päivi Väinö Yrjö Jyrki Matti Sinikka Heikki Äänis Mirja Seppo Pentti Kyösti Pälvi",
        "Mäkinen Hämäläinen Räsänen Kärkkäinen Pöysti Järvelä Niemi Lähde Hyppönen Sääski Törrönen Väisänen",
    ),
    "Icelandic": (
        "Guðrún Þórður Sigríður Jón Björn Æsa Þóra Ólafur Guðmundur Ásgeir Örn Hörður Védís Gígja",
        "Jónsson Guðmundsdóttir Þorsteinsson Sæmundsson Björnsdóttir Ólafsson Hafþórsdóttir Ægisson Magnúsdóttir Árnason Eiðsson",
    ),
    "Turkish": (
        "Ayşe Gökhan Şükrü İbrahim Çağrı Işıl Özgür Mehmet Fatma Gülşen Tuğba Uğur Hüseyin Yıldız Zeynep Barış",
        "Yılmaz Şahin Öztürk Çelik Kılıç Doğan Güneş Aydın Işık Yıldırım Özkan Koç Erdoğdu Taşkın Bağcı Şimşek Gündüz",
    ),
    "Lithuanian": (
        "Kęstutis Žydrūnas Jūratė Eglė Šarūnas Rūta Gintarė Jonas Vytautė Birutė Ąžuolė Mažvydas",
        "Kazlauskas Žukauskas Šimkūnas Petrauskienė Balčiūnaitė Jankauskaitė Mačiulis Černiauskas Stonkutė Juškėnas Vaičiūnas Grigaitė",
    ),
    "Latvian": (
        "Jānis Līga Pēteris Ilze Ģirts Kārlis Mārtiņš Zane Dzintra Rūdolfs Ēriks Ķersta Aija Žanete",
        "Bērziņš Kalniņa Ozols Liepiņš Krūmiņš Zariņa Vītols Eglītis Šķēle Āboliņš Pētersons Ķirsis Vējonis",
    ),
    "Estonian": (
        "Tõnu Jüri Õie Märt Ülo Küllike Anneli Jaan Tiiu Väino Kärt Priit Helmi",
        "Tamm Mägi Sepp Kõiv Põder Rõõmus Kärner Jõesaar Õunapuu Lääne Kütt Sõõru Laas Pärtel",
    ),
    "Russian": (
        "Иван Мария Сергей Елена Дмитрий Ольга Наталья Андрей Юлия Фёдор Алексей Татьяна Егор Ксения",
        "Иванов Петрова Сидоров Кузнецова Смирнов Попова Васильев Соколов Михайлов Новиков Фёдорова Морозов Волкова Щукин Хомяков",
    ),
    "Ukrainian": (
        "Олександр Юлія Андрій Оксана Сергій Ірина Тарас Євген Їжак Наталія Богдан Мар'яна Дмитро",
        "Шевченко Коваленко Бойко Ткачук Кравчук Олійник Шевчук Поліщук Бондаренко Гнатюк Яценюк Кличко Єрмак Ґудзь",
    ),
    "Bulgarian": (
        "Георги Мария Иван Стоян Пенка Димитър Цветан Румяна Йордан Галя Ангел Христо Жулиета",
        "Иванов Георгиева Димитров Петрова Стоянов Николова Христов Тодорова Ангелов Йорданова Желев Първанов Борисов",
    ),
    "Serbian": (
        "Јелена Милош Душан Љубица Ђорђе Снежана Горан Владимир Жарко Ненад Мирјана",
        "Јовановић Петровић Николић Ђорђевић Стојановић Илић Живковић Павловић Ћирић Љубичић Марковић",
    ),
    "Greek": (
        "Γιώργος Μαρία Κώστας Ελένη Δημήτρης Αικατερίνη Νίκος Σοφία Ιωάννης Άννα Παναγιώτης Χρήστος",
        "Παπαδόπουλος Νικολάου Γεωργίου Οικονόμου Βασιλείου Αντωνίου Δημητρίου Καραγιάννης Μακρής Ψαρράς Ζέρβας",
    ),
    "Hebrew": (
        "דוד שרה משה רחל יוסף מרים אברהם לאה דניאל נועה איתי תמר",
        "כהן לוי מזרחי פרץ ביטון אברהם פרידמן דהן אזולאי שפירא גולן ברק",
    ),
    "Arabic": (
        "محمد فاطمة أحمد مريم علي خديجة حسن عائشة يوسف ليلى خالد زينب",
        "العلي الحسن حداد خوري منصور سليمان الشامي عبدالله نصار المصري يعقوب",
    ),
    "Thai": ("สมชาย สมหญิง วิชัย มาลี ประเสริฐ สุดา อนันต์ กมล", "ใจดี รักไทย ศรีสุข แสงทอง บุญมา พงษ์ไพร วงศ์สวัสดิ์"),
    "Japanese": (
        "太郎 花子 健一 美咲 翔太 さくら 直樹 陽子 ケンジ 恵 大輔 由美",
        "佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 小林 加藤 吉田 山田 松本 井上 木村",
    ),
    "Simplified Chinese": ("伟 芳 娜 敏 静 丽华 强 建国 磊 晓明 洋 勇 艳 杰 秀英", "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗"),
    "Traditional Chinese": ("志明 淑芬 家豪 美玲 俊傑 雅婷 建宏 怡君 宗翰 佩珊 承恩", "陳 林 黃 張 李 王 吳 劉 蔡 楊 許 鄭 謝 郭 洪 曾 邱 廖"),
    "Korean": ("민준 서연 지훈 수진 영호 은지 현우 미영 성민 하늘 준호", "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황"),
}  # fmt: skip

_WEST = ("cp1252", "iso8859-1", "iso8859-15", "mac-roman", "cp850")
_CENTRAL = ("cp1250", "iso8859-2", "mac-latin2", "cp852")
_CYRILLIC = ("cp1251", "iso8859-5", "mac-cyrillic")
CODE_PAGES: dict[str, tuple[str, ...]] = {
    "Czech": _CENTRAL, "Slovak": _CENTRAL, "Polish": _CENTRAL, "Hungarian": _CENTRAL,
    "Romanian": ("cp1250", "iso8859-2", "cp852"), "Croatian": _CENTRAL, "Slovenian": _CENTRAL,
    "German": (*_WEST, "cp437"), "French": (*_WEST, "cp437"), "Spanish": (*_WEST, "cp437"), "Portuguese": (*_WEST, "cp860"),
    "Italian": (*_WEST, "cp437"), "Dutch": (*_WEST, "cp437"), "Swedish": (*_WEST, "cp437"), "Finnish": (*_WEST, "cp437"),
    "Norwegian": (*_WEST, "cp865"), "Danish": (*_WEST, "cp865"), "Icelandic": ("cp1252", "cp850", "cp861", "mac-iceland"),
    "Turkish": ("cp1254", "iso8859-9", "cp857", "mac-turkish"), "Lithuanian": ("cp1257", "iso8859-13", "cp775"),
    "Latvian": ("cp1257", "iso8859-13", "cp775"), "Estonian": ("cp1252", "cp1257", "cp775"),
    "Russian": (*_CYRILLIC, "koi8-r", "cp866"), "Ukrainian": ("cp1251", "koi8-u", "mac-cyrillic"),
    "Bulgarian": (*_CYRILLIC, "koi8-r", "cp866"), "Serbian": (*_CYRILLIC, "cp855"),
    "Greek": ("cp1253", "iso8859-7", "cp737", "mac-greek"), "Hebrew": ("cp1255", "iso8859-8", "cp862"),
    "Arabic": ("cp1256", "iso8859-6"), "Thai": ("cp874",), "Japanese": ("shift_jis", "euc_jp"),
    "Simplified Chinese": ("gbk", "gb18030"), "Traditional Chinese": ("big5",), "Korean": ("euc_kr",),
}  # fmt: skip
WIDE = ("utf-8", "utf-16-le", "utf-16-be")


def pairs() -> Iterator[tuple[str, str]]:
    for language, encodings in CODE_PAGES.items():
        for encoding in (*encodings, *WIDE):
            yield language, encoding


def roster(language: str, encoding: str, rows: int, seed: int = 0) -> str:
    """Return a roster of invented people that `encoding` can write."""
    fits = [
        [name for name in names.split() if _can_write(name, encoding)] for names in NAMES[language]
    ]
    chosen = random.Random(f"{language} {rows} {seed}")  # noqa: S311
    delimiter = chosen.choice(",;\t")
    lines = [delimiter.join(("E-mail", "First name", "Last name", "Organization", "Role"))]
    for number in range(rows):
        first, last = chosen.choice(fits[0]), chosen.choice(fits[1])
        address = f"person{number}@example.org"
        lines.append(delimiter.join((address, first, last, f"C-{number % 7}", "member")))
    return "\r\n".join(lines) + "\r\n"


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
