# Lo que dicen los papeles de la vía asistida: solicitud y acuerdo, sobre de un solo uso, hoja del día.

## En todos

paper-page = Página { $page } de { $pages }
paper-reference = Referencia
paper-made-at = Emitido el { $made_at }
paper-demo = DEMOSTRACIÓN · SIN VALIDEZ
paper-demo-text = Esto es una demostración: la institución y el empleador son inventados y este documento no tiene validez.
paper-unshown = El signo ◊ ocupa el lugar de un carácter que este documento no puede mostrar. El registro conserva el texto completo.

## Solicitud

packet-title = Solicitud de clave patronal de acceso al portal
packet-addressed-to = Señores { $institution }:
packet-petition-self = Yo, { $person }, con cédula o código de extranjero { $person_id }, en mi calidad de empleador o representante legal, pido que se me entregue la clave patronal de acceso al portal de empleadores para el empleador que se indica a continuación.
packet-petition-third = Yo, { $person }, con cédula o código de extranjero { $person_id }, en nombre del empleador o de su representante legal y con el poder que presento, pido que se entregue la clave patronal de acceso al portal de empleadores para el empleador que se indica a continuación.
packet-employer = Empleador
packet-ruc = RUC
packet-sucursal = Sucursal
packet-name = Razón social
packet-kind = Tipo de empleador
packet-representative = Representante legal
packet-representative-former = Representante legal registrado
packet-new-representative = Nuevo representante legal
packet-person-id = Cédula o código
packet-person-name = Nombres y apellidos
packet-applicant = Persona que presenta la solicitud
packet-contact = Datos de contacto
packet-email = Correo electrónico
packet-email-none = No dispone de correo electrónico
packet-phone = Teléfono
packet-address = Dirección
packet-reason = Motivo de la solicitud
packet-declaration = Declaro que los datos de esta solicitud son verdaderos y que conozco las responsabilidades que la ley establece para quien falta a la verdad.
packet-place-and-date = Lugar y fecha
packet-signature = Firma de quien presenta la solicitud
packet-received = Recibido por la institución
packet-received-hint = Nombre, firma y fecha
packet-qr-alt = Código QR con la dirección de este trámite: { $case_url }
packet-scan = Para uso de la ventanilla
packet-valid-until = Preséntela hasta el { $valid_until }

## Acuerdo

packet-agreement = Acuerdo de uso de la información y responsabilidad
packet-agreement-intro = { $person }, con cédula o código de extranjero { $person_id }, por el empleador { $employer }, RUC { $ruc }, sucursal { $sucursal }, acepta ante { $institution } las siguientes condiciones:
packet-clause-personal = Clave personal.
packet-clause-personal-text = La clave es personal e intransferible. La elige y la conoce únicamente quien la usa: ningún servidor de la institución la ve, la pide ni la escribe por otra persona.
packet-clause-liability = Responsabilidad.
packet-clause-liability-text = Toda operación realizada en el portal con la clave se entiende realizada por el empleador, que responde por la veracidad de los datos que registra y por las obligaciones que de ellos se derivan.
packet-clause-custody = Custodia.
packet-clause-custody-text = El empleador mantiene la clave en reserva, elige una que no use en otro servicio y la cambia de inmediato si sospecha que otra persona la conoce.
packet-clause-notice = Comunicación.
packet-clause-notice-text = El empleador comunica sin demora a la institución la pérdida o el uso indebido de la clave, el cambio de representante legal y el cambio del correo electrónico registrado.
packet-clause-mail = Correo electrónico.
packet-clause-mail-text = El empleador señala el correo { $email } para recibir los avisos y enlaces de este servicio, y se obliga a mantenerlo activo y bajo su control.
packet-clause-slip = Sobre de un solo uso.
packet-clause-slip-text = El empleador no dispone de correo electrónico y recibe en un sobre cerrado un código de un solo uso, con el que elige su clave en el portal. Se obliga a registrar un correo electrónico en cuanto disponga de él.
packet-clause-use = Uso de la información.
packet-clause-use-text = La información a la que da acceso la clave, incluida la de los trabajadores, se usa solo para cumplir las obligaciones del empleador con la seguridad social. No se copia ni se entrega a terceros con otro fin.
packet-clause-privacy = Protección de datos personales.
packet-clause-privacy-text = La institución trata los datos de esta solicitud conforme a la Ley Orgánica de Protección de Datos Personales (LOPDP), únicamente para atenderla y dejar constancia de ella, y los conserva solo el tiempo que exige la ley. Ante la institución se ejercen los derechos de acceso, rectificación y actualización, eliminación, oposición, portabilidad y suspensión del tratamiento.
packet-clause-term = Vigencia.
packet-clause-term-text = Este acuerdo rige desde su firma y mientras la clave esté activa. La institución puede bloquear la clave ante indicios de uso indebido; el empleador puede pedir otra por los medios que la institución ofrece.
packet-legal-basis = Base legal
packet-language = Este documento se emite también en inglés. Vale el texto en español.

## Qué llevar

packet-bring = Qué llevar al centro de atención
packet-bring-intro = Marque cada casilla al preparar su visita. El trámite es gratuito y se atiende en el centro con los documentos originales.
packet-where = Dónde presentarlo
packet-centre = Centro
packet-city = Ciudad
packet-hours = Horario
packet-until = Plazo
packet-until-text = Hasta el { $valid_until }. Después puede iniciar otra solicitud.
packet-follow = Siga su trámite
packet-follow-text = Escanee el código con su teléfono, o abra esta dirección:
packet-keep = Conserve esta hoja: la referencia sirve para consultar el trámite, no para ingresar al portal.
packet-never = Nadie le pedirá su clave
packet-never-text = Ni por teléfono, ni por mensaje, ni en el centro de atención. La elige usted, en el portal, y nadie más debe conocerla.
packet-help = Si necesita ayuda

## Sobre de un solo uso

slip-title = Código de un solo uso
slip-outside = Documento cerrado. Lo abre únicamente la persona destinataria.
slip-recipient = Para entregar a
slip-employer = Empleador
slip-employer-numbers = RUC { $ruc }, sucursal { $sucursal }
slip-centre = Entregado en
slip-made = Emitido
slip-until = Vale hasta
slip-inside = Su código de un solo uso
slip-inside-text = Sirve una sola vez, hasta el { $valid_until }, para elegir la clave del empleador con RUC { $ruc }, sucursal { $sucursal }.
slip-typing = Escríbalo en mayúsculas o minúsculas, con guiones o sin ellos.
slip-use = Cómo usarlo
slip-use-open = En su propio equipo o teléfono, abra { $portal_url }
slip-use-identify = Escriba su cédula o código de extranjero, el RUC { $ruc } y la sucursal { $sucursal }.
slip-use-code = Escriba el código de un solo uso que está en este sobre.
slip-use-choose = Elija su clave y guárdela. Nadie más debe conocerla.
slip-warning = Si recibió este sobre abierto, no lo use
slip-warning-text = Devuélvalo en el centro y pida otro. Nadie le pedirá este código por teléfono, por mensaje ni en persona.
slip-fold-back = Doble hacia atrás por esta línea
slip-fold-front = Doble hacia adelante por esta línea y cierre con un sello

## Hoja del día

day-title = Hoja del día
day-where = { $centre }, { $date }
day-totals = Resumen
day-cases = Actos del día
day-time = Hora
day-reference = Referencia
day-employer = Empleador
day-act = Acto
day-officer = Funcionario
day-second = Segundo funcionario
day-remark = Observación
day-none = No hubo actos en este día.
day-checkpoint = Sello del registro de auditoría
day-checkpoint-size = Entradas
day-checkpoint-root = Raíz
day-supervisor = Firma del supervisor
day-supervisor-hint = Nombre y fecha

## Formularios en blanco

forms-how = Llénela a mano, con letra clara, y fírmela. No escriba aquí ninguna clave.
forms-online = Si puede, abra su caso en línea: le da estos formularios ya llenos y con una referencia.
forms-qr-alt = Código QR con la dirección donde se abre el caso: { $page_url }
forms-if-change = Solo si cambia el representante legal.
forms-if-third = Solo si viene otra persona con un poder.
forms-reason-first = Es la primera clave de este empleador.
forms-reason-ruc = El RUC consta como suspendido o cerrado.
forms-reason-mail = No hay un correo válido en el registro.
forms-reason-access = No tengo acceso al correo registrado.
forms-reason-change = El empleador o su representante no constan en el registro, o cambiaron.
forms-bring-third = Si viene otra persona
forms-bring-change = Si cambia el representante legal
