using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>What happened, in its order. As a policy, it records when the middleware asks policies.</summary>
internal sealed class MiddlewareRecord : IOutputCachePolicy
{
    private readonly List<string> _lines = [];

    public string[] Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public void Add(string line)
    {
        lock (_lines)
            _lines.Add(line);
    }

    public int Count(string start) => Lines.Count(line => line.StartsWith(start, StringComparison.Ordinal));

    public void Clear()
    {
        lock (_lines)
            _lines.Clear();
    }

    ValueTask IOutputCachePolicy.CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation) => AddPolicy(nameof(IOutputCachePolicy.CacheRequestAsync));

    ValueTask IOutputCachePolicy.ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => AddPolicy(nameof(IOutputCachePolicy.ServeFromCacheAsync));

    ValueTask IOutputCachePolicy.ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => AddPolicy(nameof(IOutputCachePolicy.ServeResponseAsync));

    private ValueTask AddPolicy(string call)
    {
        Add($"policy {call}");
        return default;
    }
}
