using Microsoft.Extensions.Logging;
using RedisTagCache.HttpHistory.Checking;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>Counts the log lines that tell of an eviction after a response that Redis did not confirm, and of errors that the pages did not make.</summary>
internal sealed class HostLog(Verdicts verdicts) : ILoggerProvider, ILogger
{
    /// <summary>How the count of a line begins.</summary>
    public const string Line = "line ";

    private const int EvictionNotConfirmed = 71;
    private long _count;

    public long UnconfirmedEvictions => Volatile.Read(ref _count);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == EvictionNotConfirmed)
            Interlocked.Increment(ref _count);
        if (logLevel >= LogLevel.Error && exception is not null and not InvalidOperationException { Message: Renderer.FailureText } and not OperationCanceledException)
            verdicts.Count($"{Line}{eventId.Id} {eventId.Name}: {exception.GetType().Name}");
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}
