"""Words for a status in other languages, for the datasets to map.

Both genders are listed if a language has them. Case, punctuation, and accents are ignored.
"""

ACTIVE = (
    "aktiv", "aktive", "actif", "active", "en activité", "activo", "activa", "attivo", "attiva", "ativo", "ativa", "activ", "activă",
    "actief", "aktywny", "aktywna", "aktivní", "aktívny", "aktív", "aktivan", "aktiven", "aktif", "aktiivinen", "активен", "активный",
    "активна", "ενεργός", "ενεργή",
)  # fmt: skip
OPEN = (
    "offen", "ouvert", "ouverte", "abierto", "abierta", "aperto", "aperta", "aberto", "aberta", "deschis", "deschisă", "otwarty",
    "otwarta", "otevřeno", "otevřený", "otvorený", "nyitott", "otvoren", "odprt", "açık", "öppen", "åben", "åpen", "avoin", "открыт",
    "открыто", "відкрито", "ανοιχτό",
)  # fmt: skip
SUSPENDED = (
    "ruhend", "gesperrt", "pausiert", "ausgesetzt", "suspendu", "suspendue", "bloqué", "bloquée", "en pause", "suspendido", "suspendida",
    "bloqueado", "bloqueada", "sospeso", "sospesa", "bloccato", "suspenso", "suspensa", "suspendat", "suspendată", "blocat", "blocată",
    "geschorst", "geblokkeerd", "zawieszony", "zawieszona", "zablokowany", "pozastaveno", "pozastavený", "felfüggesztett", "felfüggesztve",
    "obustavljen", "suspendiran", "askıda", "askıya alındı", "vilande", "suspenderet", "приостановлен", "призупинено", "σε αναστολή",
)  # fmt: skip
INACTIVE = (
    "inaktiv", "nicht aktiv", "inactif", "inactive", "inactivo", "inactiva", "inattivo", "inattiva", "inativo", "inativa", "inactiv",
    "inactivă", "inactief", "nieaktywny", "nieaktywna", "neaktivní", "neaktívny", "inaktív", "neaktivan", "neaktiven", "pasif",
    "неактивен", "неактивный", "ανενεργός",
)  # fmt: skip
CLOSED = (
    "geschlossen", "aufgelöst", "aufgeloest", "beendet", "fermé", "fermée", "dissous", "dissoute", "clos", "close", "cerrado", "cerrada",
    "disuelto", "disuelta", "chiuso", "chiusa", "sciolto", "fechado", "fechada", "encerrado", "encerrada", "dissolvido", "închis",
    "închisă", "desființat", "dizolvat", "gesloten", "opgeheven", "zamknięty", "zamknięta", "rozwiązany", "zavřeno", "uzavřeno",
    "uzavretý", "zrušeno", "lezárt", "megszűnt", "zatvoren", "zaprt", "kapalı", "kapandı", "stängd", "lukket", "suljettu", "закрыт",
    "закрыто", "закрито", "κλειστό",
)  # fmt: skip
ARCHIVED = (
    "archiviert", "archivé", "archivée", "archivado", "archivada", "archiviato", "archiviata", "arquivado", "arquivada", "arhivat",
    "arhivată", "gearchiveerd", "zarchiwizowany", "archivováno", "archivovaný", "archivált", "arhiviran", "arşivlendi", "arkiverad",
    "arkiveret", "arkivert", "arkistoitu", "архив", "в архиве", "в архіві", "αρχειοθετημένο",
)  # fmt: skip
DONE = (
    "erledigt", "fertig", "abgeschlossen", "terminé", "terminée", "achevé", "fait", "terminado", "terminada", "hecho", "hecha",
    "completado", "completada", "finito", "finita", "fatto", "fatta", "completato", "completata", "feito", "feita", "concluído",
    "concluída", "terminat", "terminată", "finalizat", "finalizată", "încheiat", "efectuat", "klaar", "afgerond", "gereed", "zrobione",
    "zakończony", "zakończona", "gotowe", "hotovo", "dokončeno", "dokončené", "kész", "befejezett", "završeno", "gotovo", "končano",
    "tamamlandı", "bitti", "klar", "färdig", "færdig", "ferdig", "valmis", "готово", "выполнено", "завершен", "виконано", "завершено",
    "ολοκληρώθηκε",
)  # fmt: skip
IN_PROGRESS = (
    "in arbeit", "in bearbeitung", "läuft", "laufend", "en cours", "en curso", "en progreso", "en proceso", "in corso", "em curso",
    "em andamento", "în curs", "în lucru", "în desfășurare", "bezig", "in uitvoering", "lopend", "w toku", "w trakcie", "probíhá",
    "prebieha", "folyamatban", "u tijeku", "u toku", "v teku", "devam ediyor", "sürüyor", "pågår", "pågående", "i gang", "käynnissä",
    "в работе", "в процессе", "у роботі", "σε εξέλιξη",
)  # fmt: skip
NEW = (
    "neu", "geplant", "nouveau", "nouvelle", "à faire", "prévu", "nuevo", "nueva", "pendiente", "por hacer", "nuovo", "nuova", "da fare",
    "novo", "nova", "a fazer", "pendente", "nou", "nouă", "de făcut", "în așteptare", "planificat", "nieuw", "te doen", "gepland", "nowy",
    "nowa", "do zrobienia", "nový", "nová", "naplánováno", "új", "teendő", "nov", "yeni", "yapılacak", "ny", "att göra", "uusi", "новый",
    "новая", "запланировано", "нова", "νέο",
)  # fmt: skip
DRAFT = (
    "entwurf", "brouillon", "borrador", "bozza", "rascunho", "ciornă", "schiță", "concept", "szkic", "roboczy", "koncept",
    "návrh", "vázlat", "piszkozat", "nacrt", "osnutek", "taslak", "utkast", "kladde", "luonnos", "черновик", "чернетка", "πρόχειρο",
)  # fmt: skip
