# La ventanilla: los casos, lo que se hace con ellos y lo que se ve por encima.

desk-cases = Casos
desk-cases-text = Abrir un caso por su referencia, la cola y lo que espera aprobación.
desk-oversight = Supervisión
desk-oversight-text = Lo detenido, las cifras, quién aprueba a quién y la hoja del día.
desk-oversight-title = Supervisión
desk-case-title = Un caso cuyos datos no coinciden
message-desk-no-case-title = No hay un caso con esa referencia
message-desk-no-case-text = Revise la referencia en el papel o pida a la persona que la abra en su teléfono. Vuelva a la ventanilla y escríbala otra vez.
message-desk-slip-failed-title = El sobre no se pudo imprimir
message-desk-slip-failed-text = Su código se perdió y no sirve para nada. Vuelva al caso y empiece la entrega otra vez.

## Buscar

desk-reference = Referencia
desk-reference-hint = Los 16 signos del papel, o escanee el código QR.
desk-open = Abrir
desk-scan = Usar la cámara
desk-scan-stop = Cerrar la cámara
desk-scan-refused = No se pudo usar la cámara. Escriba la referencia.
desk-scan-picture = Imagen de la cámara
desk-reference-empty = Escriba la referencia del caso.
desk-reference-length = Una referencia tiene 16 signos; usted escribió { $found }.
desk-reference-symbols = Una referencia tiene solo letras y números, sin la U. Revise lo que escribió.
desk-reference-slip = Esa referencia tiene un error: algún signo no es el del papel. Compárela y corríjala.
desk-reference-unknown = No hay un caso con esa referencia. Está bien escrita: confirme con la persona que sea de este servicio.

## Cola

desk-mine = En mis manos
desk-mine-none = No tiene casos en sus manos.
desk-to-approve = Esperan aprobación
desk-to-approve-none = Nada espera su aprobación.
desk-frozen-waiting = Detenidos: usted decide
desk-disputed-late = Objetados cuando ya no se detenían
desk-disputed-late-text = El correo anterior dijo «deténganlo» cuando el caso ya había terminado o supervisión ya lo había dejado seguir. Nada se detuvo solo: hable con el empleador y, si hace falta, bloquee la clave. Se muestran durante un mes.
desk-frozen-none = No hay casos detenidos.
desk-queue = Cola
desk-queue-states = Estado
desk-queue-none = No hay casos así.
desk-queue-next = Más casos
desk-queue-first = Desde el principio
desk-filter = Filtrar
desk-centre = Centro
desk-centre-all = Todos los centros
desk-employer = Empleador
desk-state = Estado
desk-opened = Abierto hace
desk-reason = Motivo
desk-who = Quién
desk-no-match = Datos que no coinciden
desk-disputed-short = Objetado
desk-age-minutes = { $count } min
desk-age-hours = { $count } h
desk-age-days = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
desk-span-minutes = { $count } min
desk-span-hours = { $count } h
desk-span-days = { $days ->
    [one] { $days } día
   *[other] { $days } días
}

desk-state-all = Abiertos
desk-state-opened = Sin datos
desk-state-ready = Listo
desk-state-at-desk = En ventanilla
desk-state-awaiting-approval = Por aprobar
desk-state-approved = Aprobado
desk-state-activated = En entrega
desk-state-closed = Entregado
desk-state-returned = Devuelto
desk-state-rejected = Rechazado
desk-state-frozen = Detenido
desk-state-expired = Vencido

desk-reason-first-time = Primera clave
desk-reason-ruc-suspended = RUC suspendido
desk-reason-ruc-closed = RUC cerrado
desk-reason-no-valid-email = Sin correo válido
desk-reason-mail-rejected = Correo rechazado
desk-reason-no-mail-access = Sin acceso al correo

## El caso

desk-file = Datos del caso
desk-registry = Registro
desk-asked = Lo que se pide
desk-asked-nothing = La persona todavía no dio datos. Pídaselos y escríbalos usted.
desk-fact-ruc = RUC y sucursal
desk-fact-kind = Tipo
desk-fact-representative = Representante legal
desk-fact-representative-typed = Cédula o código que se escribió
desk-fact-email = Correo registrado
desk-fact-email-none = Ninguno
desk-fact-tax = Administración tributaria
desk-fact-key = Clave
desk-fact-applicant = Quién viene
desk-fact-new-representative = Nuevo representante legal
desk-fact-new-email = Correo para la entrega
desk-fact-phone = Teléfono
desk-fact-address = Dirección
desk-fact-centre = Centro
desk-tax-active = Activo
desk-tax-suspended = Suspendido
desk-tax-closed = Cerrado
desk-tax-other = Estado que requiere revisión
desk-tax-unknown = No consta
desk-tax-since = { $state }, desde { $date }
desk-tax-imported = { $state } (registro importado el { $at }, hace { $age })
desk-tax-answered = { $state } (respondió el { $at }, hace { $age })
desk-tax-undated = { $state } (registro importado, sin fecha)
desk-key-since = Cambiada el { $at }
desk-key-has = Ya tiene
desk-key-none = Todavía no tiene
desk-applicant-in-person = El empleador o su representante legal
desk-applicant-third-party = Otra persona, con poder
desk-applicant-third = Otra persona, con poder: { $who }
desk-email-verified = { $email } (comprobado el { $at })
desk-email-unverified = { $email } (sin comprobar)
desk-email-none = No tiene: se entrega con un sobre

desk-note-damaged = Lo que está guardado de este caso no es lo que se escribió en él: no se muestra y no se decide. Alguien pudo cambiar la base de datos. Avise a supervisión y a quien opera el servicio; con la persona, abran otro caso.
desk-note-no-match = Los datos con los que se abrió este caso no coinciden con el registro. No puede aprobarse: revise con la persona sus documentos y abran otro caso con los datos correctos.
desk-note-disputed = El correo registrado pidió detener este caso el { $at }.
desk-note-key-frozen = El titular avisó «no fui yo»: su clave está bloqueada. Ponga especial cuidado en la identificación.
desk-note-key-changed = La clave se cambió el { $at }, después de abrirse este caso. Pregunte si todavía hace falta.
desk-note-reason = Motivo de la última decisión: { $reason }
desk-note-link-refused = El servidor de correo rechazó la dirección: el enlace no llegó. Devuelva el caso para corregir el correo con la persona.

desk-take-title = Este caso está libre
desk-take-text = Tómelo cuando la persona esté frente a usted.
desk-take-button = Tomar el caso
desk-held-title = Otra persona lo atiende
desk-held-by = Lo tiene { $name }; su último paso fue a las { $since }. Puede tomarlo quien lo necesite desde las { $at }.
desk-take-over-text = Si lo toma, quedará registrado y quien lo tenía ya no podrá seguir.
desk-take-over-button = Tomarlo de todas formas
desk-wait-title = Espera la aprobación de otra persona
desk-wait-text = Quien pide no aprueba: lo decide otro funcionario.
desk-asked-by = Lo pidió { $name } el { $at }.
desk-approved-by = Lo aprobó { $name } el { $at }.

desk-history = Historia
desk-history-at = Cuándo
desk-history-act = Qué
desk-history-refused = No se permitió:
desk-nobody = —
desk-earlier = Otros casos de este empleador
desk-earlier-none = No hay otros.

## En mano

desk-documents = 1. Documentos
desk-documents-save = Guardar la lista
desk-remark = Observación
desk-remark-of = Observación sobre: { $document }
desk-finding-original-seen = Original visto
desk-finding-copy-kept = Copia archivada
desk-finding-not-needed = No hace falta
desk-finding-missing = Falta
desk-finding-none = Sin revisar
desk-need-third-party = (solo si viene otra persona)
desk-need-representative-change = (solo si cambia el representante)
desk-line-stored = Otra persona guardó aquí: { $found }. Lo suyo aún no se guardó.
desk-person = 2. Persona
desk-person-seen = A quién se vio
desk-person-none = Todavía no se identificó a nadie.
desk-person-expected = Según los datos debe venir: { $who }.
desk-person-another = El número no es el de quien debía venir: { $who }.
desk-person-save = Guardar la identificación
desk-label-person-name = Nombre, como está en el documento
desk-label-person-number = Número del documento
desk-how = Cómo se identificó
desk-how-cedula = Cédula original
desk-how-passport = Pasaporte
desk-how-foreigner-document = Documento de extranjero
desk-how-biometrics = Huella o rostro
desk-ground = Fundamento
desk-label-ground = Por qué se sigue, con el RUC suspendido o cerrado
desk-ground-hint = La norma o la razón. Lo lee quien aprueba.
desk-ground-save = Guardar el fundamento
desk-email-title = 3. Correo para la entrega
desk-email-slip = No dio un correo: la entrega será con un sobre impreso.
desk-email-proven = La persona demostró que lee este correo.
desk-email-unproven = Falta comprobar que la persona lee este correo. Envíele un código; ella se lo dice a usted.
desk-code-waits = Entregando el código a su servidor de correo…
desk-code-sent = Código entregado a su servidor de correo a las { $at }.
desk-code-told = Código que dice la persona
desk-code-send = Enviar el código
desk-details = Corregir los datos o el correo
desk-details-text = Con la persona presente. Si cambia el correo, tendrá que comprobarse otra vez.
desk-details-save = Guardar los datos
desk-label-applicant = Quién viene
desk-label-email = Correo (vacío si no tiene)
desk-label-phone = Teléfono
desk-label-address = Dirección
desk-label-centre = Centro
desk-label-third-party-id = Cédula o código de la otra persona
desk-label-third-party-name = Nombre de la otra persona
desk-label-new-representative-id = Cédula o código del nuevo representante (vacío si no cambia)
desk-label-new-representative-name = Nombre del nuevo representante
desk-ask = 4. Pedir aprobación
desk-ask-missing = Falta:
desk-ask-text = Otro funcionario verá exactamente esto y decidirá.
desk-ask-button = Pedir aprobación
desk-release-button = Soltar el caso: vuelve a la cola

## Qué cambia

desk-changes = Qué cambia exactamente
desk-change-from = Ahora
desk-change-to = Después
desk-change-email = Correo registrado
desk-change-representative = Representante legal
desk-change-key = Clave
desk-change-nothing = Ninguno
desk-change-done = Ya está cambiado
desk-change-key-old = La que tiene
desk-change-key-mail = La elige la persona con un enlace enviado a { $email }
desk-change-key-slip = La elige la persona con el código de un sobre impreso
desk-evidence = En qué se apoya
desk-document = Documento
desk-found = Qué se encontró

## Decidir

desk-decide-title = Decida usted
desk-decide-text = Compruebe qué cambia y en qué se apoya.
desk-decision = Decisión
desk-approve-text = Al aprobar, usted responde de que lo anterior es correcto.
desk-approve-button = Aprobar
desk-return = Devolver para corregir
desk-label-return = Qué hay que corregir
desk-return-button = Devolver
desk-reject = Rechazar el caso
desk-reject-supervisor = Rechazar el caso (supervisión)
desk-label-reject = Por qué no puede seguir
desk-reject-hint = El caso termina. La persona tendría que abrir otro.
desk-reject-button = Rechazar
desk-cooling-off = Por seguridad, la entrega puede empezar desde el { $at }.

## Entregar

desk-hand-over-title = Entrega
desk-hand-over-text = Con la persona presente y su correo abierto: recibirá un enlace y elegirá su clave. Usted no la ve.
desk-hand-over-button = Enviar el enlace
desk-hand-over-again = Enviar otro enlace
desk-link-waits = Entregando el enlace a su servidor de correo…
desk-link-told = Esta página avisa cuando la persona guarde su clave.
desk-link-ended = El enlace terminó sin usarse. Puede enviar otro.
desk-slip-text = No hay correo: se imprime un sobre con un código de un solo uso. Se muestra una sola vez en esta ventana y no se guarda en el equipo: imprímalo, vuelva atrás, dóblelo y entréguelo sin leerlo.
desk-slip-button = Imprimir el sobre
desk-slip-again = Anular el anterior e imprimir otro
desk-slip-until = El sobre se imprimió y sirve hasta el { $at }.

## Detenido

desk-frozen-title = Caso detenido
desk-frozen-wait = El correo registrado lo detuvo. Decide una persona de supervisión que no haya intervenido.
desk-frozen-text = Quien lee el correo registrado no reconoce este trámite. Hable con el titular antes de decidir; queda registrado.
desk-label-unfreeze = Por qué puede seguir
desk-unfreeze-button = Dejar que siga

## Después de cada paso

desk-done-tomado = El caso está en sus manos.
desk-done-soltado = El caso volvió a la cola.
desk-done-lista = Lista guardada.
desk-done-persona = Identificación guardada.
desk-done-fundamento = Fundamento guardado.
desk-done-datos = Datos guardados.
desk-done-codigo = Código enviado. Pida a la persona que se lo diga.
desk-done-correo = Correo comprobado.
desk-done-pedido = Aprobación pedida. La decide otro funcionario.
desk-done-aprobado = Aprobado. Ya puede entregarse.
desk-done-devuelto = Devuelto para corregir.
desk-done-rechazado = Rechazado.
desk-done-liberado = El caso puede seguir.
desk-done-entrega = Entrega iniciada.

## Por qué no

desk-stale = Otra persona, u otra ventana suya, guardó algo en este caso mientras usted escribía. No se guardó nada: compare y guarde otra vez.
desk-wait = Demasiadas veces seguidas. Espere { $minutes } min.
desk-email-changes-spent = Alcanzó el límite de cambios de correo por funcionario. Podrá pedir otro en { $minutes } min, o lo pide un colega.
desk-refused-role-forbids = Su rol no permite este paso. Quedó registrado.
desk-refused-case-expired = El plazo del caso terminó. Hay que abrir otro.
desk-refused-case-closed = El caso ya terminó.
desk-refused-case-frozen = El caso está detenido; decide supervisión. Quedó registrado.
desk-refused-sibling-frozen = Otro caso de este empleador está detenido; hasta que supervisión decida, ninguno sigue. Quedó registrado.
desk-refused-wrong-state = El caso ya no está en ese paso. Mire cómo está ahora.
desk-refused-held-by-another = Otra persona lo tiene en sus manos.
desk-refused-own-request = Quien pide no decide su propio pedido: lo hace otro funcionario. Quedó registrado.
desk-refused-own-case = Quien pidió o aprobó no decide sobre la objeción: lo hace otra persona de supervisión. Quedó registrado.
desk-refused-data-mismatch = los datos con los que se abrió no coinciden con el registro.
desk-refused-details-missing = los datos de la persona y el centro.
desk-refused-no-email = No hay un correo al que enviar el código.
desk-refused-email-unverified = comprobar el correo con el código de la persona.
desk-refused-already-verified = Ese correo ya está comprobado.
desk-refused-not-identified = identificar a la persona.
desk-refused-documents-missing = revisar los documentos: alguno obligatorio no está.
desk-refused-appointment-missing = el nombramiento del nuevo representante legal.
desk-refused-power-missing = el poder de quien viene por el empleador.
desk-refused-ground-missing = el fundamento para seguir con el RUC suspendido o cerrado.
desk-refused-no-such-document = Ese documento no está en la lista.
desk-refused-form-changed = Lo que usted vio ya no es lo que está guardado. Mírelo otra vez antes de decidir.
desk-refused-registry-changed = El registro cambió desde que se pidió la aprobación. Devuelva el caso para pedirla otra vez.
desk-refused-touch-for-another = Esa confirmación es de otra persona o de otra decisión. Quedó registrado.
desk-refused-touch-stale = La confirmación tardó demasiado. Inténtelo otra vez.
desk-refused-cooling-off = Todavía no pasa el tiempo de espera por seguridad.
desk-refused-wrong-route = La entrega ya no es por ese medio. Mire el caso otra vez.
desk-refused-slip-expired = El sobre no sirve o su tiempo terminó.
desk-refused-no-code = No hay un código con el que comparar. Envíe uno.
desk-refused-code-expired = Ese código terminó. Envíe otro.
desk-refused-code-exhausted = Se acabaron los intentos de ese código. Envíe otro.
desk-refused-codes-exhausted = Este caso ya usó todos sus códigos. Hay que abrir otro.
desk-refused-too-soon = Espere un momento antes de pedir otro código.
desk-refused-stale-mail = Ese correo era de un código que ya no cuenta.
desk-refused-dead-mail = Ese correo habría llegado sin tiempo útil.
desk-refused-email-changes = Límite de cambios de correo por funcionario.
desk-refused-limit = Demasiadas veces seguidas.

desk-field-applicant = quién viene
desk-field-phone = el teléfono
desk-field-address = la dirección
desk-field-email = el correo
desk-field-centre = el centro
desk-field-new-representative-id = la cédula o código del nuevo representante
desk-field-new-representative-name = el nombre del nuevo representante
desk-field-third-party-id = la cédula o código de la otra persona
desk-field-third-party-name = el nombre de la otra persona
desk-field-person-name = el nombre de la persona
desk-field-person-number = el número del documento
desk-field-identified-by = cómo se identificó
desk-field-text = el texto
desk-field-too-long = Revise { $field }: tiene { $found } caracteres y caben { $expected }.

## Qué pasó

desk-act-opened = Se abrió
desk-act-details-given = Se dieron datos
desk-act-code-requested = Se pidió un código
desk-act-code-mail-attempted = Se tomó el correo del código
desk-act-code-mail-accepted = El código se entregó al servidor de correo
desk-act-code-mail-rejected = El servidor de correo rechazó el código
desk-act-code-attempted = Se escribió un código
desk-act-email-verified = Se comprobó el correo
desk-act-taken = Se tomó en ventanilla
desk-act-taken-over = Se tomó de otra persona
desk-act-released = Se soltó
desk-act-document-checked = Se revisaron documentos
desk-act-identified = Se identificó a la persona
desk-act-ground-given = Se dio el fundamento
desk-act-approval-asked = Se pidió aprobación
desk-act-approved = Se aprobó
desk-act-returned = Se devolvió
desk-act-rejected = Se rechazó
desk-act-handed-over = Se inició la entrega
desk-act-slip-used = Se usó el sobre
desk-act-closed = La persona guardó su clave
desk-act-frozen = El correo registrado lo detuvo
desk-act-disputed = El correo registrado objetó
desk-act-unfrozen = Supervisión dejó que siga
desk-act-superseded = Otro caso se entregó antes

## Supervisión

desk-figures = Cifras
desk-figures-span = Período
desk-chart-reasons = Casos abiertos, por motivo
desk-chart-times = Desde que se abre hasta la clave
desk-chart-half = La mitad, en
desk-chart-most = Nueve de cada diez, en
desk-chart-asked = Pedidos de aprobación
desk-chart-straight = Sin devolver
desk-chart-returned = Devueltos
desk-chart-share = { $count } ({ $percent } %)
desk-chart-none = Nada en este período.
desk-pairs = Quién aprueba a quién
desk-pairs-text = Las parejas más frecuentes primero.
desk-pairs-asked = Pidió
desk-pairs-approved = Aprobó
desk-pairs-count = Veces
desk-breaches = Intentos no permitidos
desk-breaches-text = Aprobar lo propio, actuar sin el rol o sobre un caso detenido.
desk-breaches-count = Intentos
desk-day = Hoja del día
desk-day-text = Todo lo que hicieron los funcionarios en un día, para firmar y archivar.
desk-day-date = Día
desk-day-pdf = Hoja en PDF
desk-day-csv = Descargar CSV
desk-day-wrong = Escriba el día como 2026-11-21.
desk-day-cut = Este papel tiene los primeros { $shown } de { $count } actos del día; el archivo CSV los tiene todos.
desk-day-cut-more = Este papel tiene los primeros { $shown } actos; el día tiene más de { $count }, y el archivo CSV llega hasta ahí. El registro de auditoría los tiene todos.
desk-day-cut-file = El día tiene más actos: aquí están los primeros { $count }. El registro de auditoría los tiene todos.
desk-day-file = hoja-del-dia
desk-day-done = Actos realizados
desk-day-refused = Intentos no permitidos
desk-day-column-time = Cuándo
desk-day-column-reference = Referencia
desk-day-column-ruc = RUC
desk-day-column-sucursal = Sucursal
desk-day-column-employer = Razón social
desk-day-column-act = Qué
desk-day-column-officer = Funcionario
desk-day-column-second = Pedido por
desk-day-column-refusal = No se permitió

## Sin referencia

desk-opening = La persona viene sin referencia: abrir un caso aquí
desk-opening-title = Abrir un caso en ventanilla
desk-opening-lead = Para quien viene sin haberlo abierto en línea. Queda en sus manos.
desk-opening-button = Abrir el caso
desk-opening-mismatch = Esos datos no coinciden con el registro. Compárelos con los documentos de la persona; si el representante cambió, escriba el que consta y registre el cambio en el caso.
