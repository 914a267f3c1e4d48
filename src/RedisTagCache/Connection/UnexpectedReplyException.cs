using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>A reply of another shape than the command gives: what answers is no Redis, or a proxy has changed it.</summary>
internal sealed class UnexpectedReplyException(string message, Exception? innerException = null) : RedisException(message, innerException!);
