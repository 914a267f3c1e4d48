using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>
/// The types of the framework that the adapters implement or rely on are those in docs/contracts. To accept a change, run this class with the environment variable
/// <c>REDISTAGCACHE_UPDATE_CONTRACTS</c> set to 1.
/// </summary>
public sealed class FrameworkContractTests
{
    private static readonly Dictionary<string, Type[]> _contracts = new(StringComparer.Ordinal)
    {
        ["distributed-cache.txt"] = [typeof(IDistributedCache), typeof(IBufferDistributedCache), typeof(DistributedCacheEntryOptions)],
        ["hybrid-cache.txt"] = [typeof(HybridCache), typeof(HybridCacheEntryOptions), typeof(HybridCacheEntryFlags), typeof(IHybridCacheSerializer<>), typeof(IHybridCacheSerializerFactory)],
        ["output-cache-store.txt"] = [typeof(IOutputCacheStore), typeof(IOutputCacheBufferStore)],
        ["output-cache-middleware.txt"] =
        [
            typeof(IOutputCacheFeature), typeof(IOutputCachePolicy), typeof(OutputCacheContext), typeof(OutputCacheOptions), typeof(OutputCachePolicyBuilder), typeof(CacheVaryByRules), typeof(OutputCacheAttribute),
        ],
    };

    public static IEnumerable<TheoryDataRow<string>> Files => _contracts.Keys.Select(static name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Files))]
    public void Contract_OfTheFramework_IsTheRecordedOne(string name)
    {
        var types = _contracts[name];
        var file = new ContractFile(name, types);
        var contract = string.Join('\n', types.Select(ContractText.Of));
        if (ContractFile.IsUpdate)
            file.Write(contract);
        var differences = file.Differences(contract);
        Assert.True(differences.Length == 0, differences);
    }

    [Fact]
    public void ContractText_OfAType_HasWhatOthersCallAndOverride()
    {
        const string expected = """
            abstract class Sample<T> : IDisposable where T : class, IDisposable
                abstract string? Find(string key, int[]? places = default, TimeSpan? within = default)
                const int Most = 3
                protected constructor(bool isOpen = true)
                protected virtual void Close<TState>(in TState state) where TState : struct
                required T Owner { get; init; }
                static Dictionary<string, object?> All { get; }
                string Name { get; protected set; }
                virtual void Dispose()

            """;
        Assert.Equal(expected.ReplaceLineEndings("\n"), ContractText.Of(typeof(Sample<>)));
        Assert.Equal("flags enum Kinds : int\n    None = 0\n    Some = 4\n", ContractText.Of(typeof(Kinds)));
    }

    [Theory]
    [InlineData("interface I\n    int A()\n", "interface I\n    int A()\n", "")]
    [InlineData("interface I\n    int A()\n", "interface I\n    long A()\n", "  - int A()   in   interface I|  + long A()   in   interface I")]
    [InlineData("interface I\n    int A()\n", "interface I\n    int A()\n    int B()\n", "  + int B()   in   interface I")]
    [InlineData("## one\n    a\n    b\n", "## one\n    b\n    a\n", "  The same lines are in another order.")]
    [InlineData("## one\n    a\n    a\n", "## one\n    a\n", "  - a   in   ## one")]
    public void Differences_OfTwoContracts_NameTheMember(string recorded, string current, string expected) =>
        Assert.Equal(expected, string.Join('|', ContractFile.Differences(recorded, current)));

    [Flags]
    internal enum Kinds
    {
        None = 0,
        Some = 4,
    }

    internal abstract class Sample<T>(bool isOpen = true) : IDisposable
        where T : class, IDisposable
    {
        public const int Most = 3;

        public static Dictionary<string, object?> All { get; } = [];

        public required T Owner { get; init; }

        public string Name { get; protected set; } = isOpen ? "open" : "closed";

        public abstract string? Find(string key, int[]? places = null, TimeSpan? within = null);

        public virtual void Dispose() => GC.SuppressFinalize(this);

        protected virtual void Close<TState>(in TState state)
            where TState : struct
        {
        }

        private static void Hidden()
        {
        }
    }
}
