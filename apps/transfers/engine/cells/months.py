"""The names of months, and other words in dates, in many languages.

A name of different months in different languages (listopad) is left out, because it would be a
guess.
"""

# A semicolon ends each month.
_NAMES = """
jan january januar janvier janv enero ene janeiro gennaio gen januari tammikuu styczeń stycznia sty leden
ledna január ianuarie ian ocak oca января январь янв січня siječanj siječnja;
feb february februar février févr fév febrero fevereiro fev febbraio februari helmikuu luty lutego lut únor
února február februarie şubat şub февраля февраль фев лютого veljača veljače;
mar march märz mär mrz mars marzo março maart mrt maaliskuu marzec marca březen března marec március márc
martie mart марта март мар березня ožujak ožujka;
apr april avril avr abril abr aprile huhtikuu kwiecień kwietnia kwi duben dubna apríl április ápr aprilie
nisan nis апреля апрель апр квітня travanj travnja;
may mai mayo maio maggio mag mei toukokuu maj maja květen května máj május máj mayıs мая май травня svibanj
svibnja;
jun june juni juin junio junho giugno giu kesäkuu czerwiec czerwca cze červen června jún június iunie iun
haziran haz июня июнь июн червня lipanj lipnja;
jul july juli juillet juil julio julho luglio lug heinäkuu lipiec lipca červenec července júl július iulie iul
temmuz tem июля июль июл липня srpanj srpnja;
aug august août agosto ago augustus augusti elokuu sierpień sierpnia sie srpen srpna augusztus ağustos ağu
августа август авг серпня kolovoz kolovoza;
sep sept september septembre septiembre setembro set settembre syyskuu wrzesień września wrz září szeptember
szept septembrie eylül eyl сентября сентябрь сен сент вересня rujan rujna;
oct october oktober okt octobre octubre outubro out ottobre ott lokakuu październik października paź říjen
října október octombrie ekim eki октября октябрь окт жовтня;
nov november novembre noviembre novembro marraskuu listopadu noiembrie kasım kas ноября ноябрь ноя листопада
studeni studenoga;
dec december dezember dez décembre déc diciembre dic dezembro dicembre joulukuu grudzień grudnia gru prosinec
prosince decembrie aralık ara декабря декабрь дек грудня prosinac prosinca des desember;
"""
MONTHS = {
    word: number
    for number, names in enumerate(_NAMES.split(";"), start=1)
    for word in names.split()
}
# Weekdays, ordinals, and words between the parts.
_NOISE = """
st nd rd th of the er de del di den d г года року р gmt utc
mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday
mo montag di dienstag mi mittwoch do donnerstag fr freitag sa samstag sonnabend so sonntag
lun lundi mardi mer mercredi jeu jeudi ven vendredi sam samedi dim dimanche
lunes martes mié miércoles jue jueves vie viernes sáb sábado dom domingo
segunda terça quarta quinta sexta feira lunedì martedì mercoledì giovedì gio venerdì sabato domenica
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag tisdag onsdag torsdag fredag lördag söndag
mandag tirsdag lørdag søndag
"""
NOISE = frozenset(_NOISE.split())
