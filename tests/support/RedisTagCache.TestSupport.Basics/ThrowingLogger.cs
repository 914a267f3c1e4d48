using Microsoft.Extensions.Logging;

namespace RedisTagCache.TestSupport;

/// <summary>A logger that throws while it is told to.</summary>
public sealed class ThrowingLogger : ILoggerProvider, ILogger
{
    private int _count;

    public bool IsThrowing { get; set; }

    /// <summary>Gets how many times it has thrown.</summary>
    public int Count => Volatile.Read(ref _count);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsThrowing)
            return;
        Interlocked.Increment(ref _count);
        throw new InvalidOperationException("A logger that throws.");
    }

    public void Dispose()
    {
    }
}
