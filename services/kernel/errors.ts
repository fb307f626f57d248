/**
 * The closed registry of error codes: HTTP status and the title shown to a person, in both languages.
 * Mapped once to problem details (RFC 9457) in platform, to socket notices in console, and to log fields.
 */
export const ERRORS = {
  invalid_request: { status: 400, zh: '填写的内容不对', en: 'The request is not valid' },
  unauthenticated: { status: 401, zh: '请先登录', en: 'Please sign in' },
  bad_credentials: { status: 401, zh: '用户名、密码或验证码不对', en: 'User name, password or code is wrong' },
  second_factor_required: { status: 401, zh: '还需要动态验证码', en: 'A one-time code is needed too' },
  forbidden: { status: 403, zh: '您的岗位不能做这一步', en: 'Your role may not do this' },
  bad_origin: { status: 403, zh: '请求来自别的网站,已拒绝', en: 'The request came from another site' },
  not_found: { status: 404, zh: '没有找到', en: 'Not found' },
  method_not_allowed: { status: 405, zh: '这个地址不接受这种操作', en: 'This address does not take that method' },
  already_claimed: { status: 409, zh: '已经有人受理了', en: 'Somebody has already taken it' },
  conflict: { status: 409, zh: '刚刚有人改过,请看最新情况', en: 'It changed meanwhile; look again' },
  not_allowed_in_state: { status: 409, zh: '现在的状态不能做这一步', en: 'Not possible in its present state' },
  offer_gone: { status: 409, zh: '这一单已经过期或撤回了', en: 'This offer has run out or was withdrawn' },
  idempotency_mismatch: {
    status: 409,
    zh: '同一个请求号用在了不同的内容上',
    en: 'The same Idempotency-Key came with another body',
  },
  payload_too_large: { status: 413, zh: '内容太大', en: 'The payload is too large' },
  unsupported_media_type: { status: 415, zh: '内容格式不支持', en: 'The media type is not supported' },
  invalid_fields: { status: 422, zh: '有几项填写不对', en: 'Some fields are not valid' },
  too_many_requests: { status: 429, zh: '太频繁了,请稍后再试', en: 'Too many requests, try again later' },
  internal: { status: 500, zh: '系统出错,已记录', en: 'An internal error, recorded' },
  unavailable: { status: 503, zh: '暂时用不了,正在恢复', en: 'Temporarily unavailable' },
} as const satisfies Record<string, { status: number; zh: string; en: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** One wrong field, named by its path (`location.lat`) with what was expected. */
export interface FieldError {
  field: string;
  expected: string;
}

/**
 * The one error that crosses module boundaries. `detail` is a sentence for a person, best in both languages as
 * `中文 | English` (what was expected of a field too): the edge picks the one that is read. `data` goes out with the
 * problem (for example `{owner, version}` of a conflict) and never holds anything personal beyond names of staff.
 */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly fields: FieldError[] | undefined;
  readonly data: Record<string, unknown> | undefined;

  constructor(
    code: ErrorCode,
    options: { detail?: string; fields?: FieldError[]; data?: Record<string, unknown> } = {},
  ) {
    super(`${code}${options.detail ? `: ${options.detail}` : ''}`);
    this.name = 'Problem';
    this.code = code;
    this.detail = options.detail;
    this.fields = options.fields;
    this.data = options.data;
  }
}
