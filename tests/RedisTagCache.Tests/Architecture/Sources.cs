using RedisTagCache.Reach;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Architecture;

/// <summary>src/ as symbols, compiled once for all tests.</summary>
internal static class Sources
{
    private static readonly Lazy<SourceCode> _code = new(() => SourceCode.Load(Repository.Root));

    public static SourceCode Code => _code.Value;
}
