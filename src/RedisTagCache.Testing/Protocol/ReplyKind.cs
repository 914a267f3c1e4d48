namespace RedisTagCache.Testing.Protocol;

internal enum ReplyKind
{
    Status,
    Error,
    Integer,
    Double,
    Bulk,
    Null,
    Array,
    Map,
    Push,
}
