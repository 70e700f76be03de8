// Made-up employers with numbers that hold: every test takes its own, so that no test spends another's limits.

const COEFFICIENTS = {
  public: [3, 2, 7, 6, 5, 4, 3, 2],
  private: [4, 3, 2, 7, 6, 5, 4, 3, 2],
};

/** The tenth digit of a cédula, modulus 10. */
function cedulaCheckDigit(nine) {
  const sum = [...nine].reduce((total, digit, at) => {
    const product = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

/** The check digit of a body's RUC, modulus 11; null where the number has none. */
function bodyCheckDigit(digits, coefficients) {
  const sum = coefficients.reduce((total, factor, at) => total + factor * Number(digits[at]), 0);
  const digit = (11 - (sum % 11)) % 11;
  return digit === 10 ? null : digit;
}

export class Registry {
  #serial = 0;
  rows = [];

  cedula() {
    const nine = `17${1 + (this.#serial % 5)}${String(++this.#serial).padStart(6, '0')}`;
    return nine + cedulaCheckDigit(nine);
  }

  #privateRuc() {
    for (;;) {
      const nine = `179${String(++this.#serial).padStart(6, '0')}`;
      const digit = bodyCheckDigit(nine, COEFFICIENTS.private);
      if (digit !== null) return `${nine}${digit}001`;
    }
  }

  #publicRuc() {
    for (;;) {
      const eight = `176${String(++this.#serial).padStart(5, '0')}`;
      const digit = bodyCheckDigit(eight, COEFFICIENTS.public);
      if (digit !== null) return `${eight}${digit}0001`;
    }
  }

  /** Adds an employer; `changes` names what differs from the ordinary one. */
  add(kind = 'privada', changes = {}) {
    const person = kind === 'extranjera' ? `EXT${String(++this.#serial).padStart(5, '0')}` : this.cedula();
    const ruc = {
      privada: () => this.#privateRuc(),
      extranjera: () => this.#privateRuc(),
      publica: () => this.#publicRuc(),
      natural: () => `${person}001`,
      domestico: () => `${person}000`,
    }[kind]();
    const row = {
      ruc,
      sucursal: '0001',
      name: `Compañía Ñandú ${this.rows.length + 1} S.A.`,
      kind,
      representative: person,
      representativeName: 'María José Muñoz Peña',
      email: `persona${this.rows.length + 1}@correo.example`,
      hasKey: true,
      ...changes,
    };
    this.rows.push(row);
    return row;
  }

  csv() {
    const header = 'ruc,sucursal,razon_social,tipo,representante_id,representante_nombre,correo,tiene_clave';
    const line = (row) =>
      [row.ruc, row.sucursal, `"${row.name}"`, row.kind, row.representative, row.representativeName, row.email,
        row.hasKey ? 'si' : 'no'].join(',');
    return [header, ...this.rows.map(line), ''].join('\n');
  }
}

/** The tax authority's register, one establishment for each `[ruc, state]`. */
export function catastroCsv(states) {
  const header =
    'NUMERO_RUC|RAZON_SOCIAL|CODIGO_JURISDICCION|ESTADO_CONTRIBUYENTE|CLASE_CONTRIBUYENTE|FECHA_INICIO_ACTIVIDADES|' +
    'FECHA_ACTUALIZACION|FECHA_SUSPENSION_DEFINITIVA|FECHA_REINICIO_ACTIVIDADES|OBLIGADO|TIPO_CONTRIBUYENTE|' +
    'NUMERO_ESTABLECIMIENTO|NOMBRE_FANTASIA_COMERCIAL|ESTADO_ESTABLECIMIENTO|DESCRIPCION_PROVINCIA_EST|' +
    'DESCRIPCION_CANTON_EST|DESCRIPCION_PARROQUIA_EST|CODIGO_CIIU|ACTIVIDAD_ECONOMICA|AGENTE_RETENCION|ESPECIAL';
  const line = ([ruc, state]) =>
    `${ruc}|COMPAÑÍA|PICHINCHA|${state}|GENERAL|2001-05-28 00:00:00|2024-05-28 00:00:00|||S|SOCIEDAD|1||ABIERTO|` +
    'PICHINCHA|QUITO|IÑAQUITO|G4711|VENTA|N|N';
  return [header, ...states.map(line), ''].join('\n');
}
