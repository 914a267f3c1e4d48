using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>Collects the ids of the warnings that an application logs.</summary>
internal sealed class WarningIds : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<int> _all = new();

    public int[] All => [.. _all];

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _all.Enqueue(eventId.Id);
}
