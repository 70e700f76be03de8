span-days = { $count ->
    [one] 1 día
   *[other] { $count } días
}
span-hours = { $count ->
    [one] 1 hora
   *[other] { $count } horas
}
span-minutes = { $count ->
    [one] 1 minuto
   *[other] { $count } minutos
}
span-seconds = { $count ->
    [one] 1 segundo
   *[other] { $count } segundos
}
span-both = { $first } y { $second }
from-time = las { $time }
from-date = el { $date } a las { $time }
