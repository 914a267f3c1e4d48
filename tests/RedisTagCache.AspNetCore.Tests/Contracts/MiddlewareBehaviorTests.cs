using System.Text;
using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>
/// What the output-cache middleware does with a store is what docs/contracts says: which methods it calls, with which keys, tags and lifetimes, and what it does if they fail. To accept a change, run
/// this class with the environment variable <c>REDISTAGCACHE_UPDATE_CONTRACTS</c> set to 1.
/// </summary>
public sealed class MiddlewareBehaviorTests
{
    private static readonly ContractFile _file = new("output-cache-behavior.txt", typeof(IOutputCacheStore), typeof(OutputCacheContext));

    [Fact]
    public async Task Middleware_WithTheStoreInMemory_DoesWhatIsRecorded()
    {
        var text = new StringBuilder();
        foreach (var scenario in MiddlewareScenario.All)
        {
            await using var app = await MiddlewareApp.StartAsync(scenario.TakesBuffers, scenario.Failing);
            await scenario.RunAsync(app);
            text.Append(null, $"## {scenario.Name}\n");
            foreach (var line in app.Record.Lines)
                text.Append(null, $"    {line}\n");
            text.Append('\n');
        }

        var behavior = text.ToString().TrimEnd('\n') + "\n";
        if (ContractFile.IsUpdate)
            _file.Write(behavior);
        var differences = _file.Differences(behavior);
        Assert.True(differences.Length == 0, differences);
    }

    [Fact]
    public void Scenarios_Always_HaveNamesOfTheirOwn() =>
        Assert.Equal(MiddlewareScenario.All.Count, MiddlewareScenario.All.Select(static scenario => scenario.Name).Distinct().Count());
}
