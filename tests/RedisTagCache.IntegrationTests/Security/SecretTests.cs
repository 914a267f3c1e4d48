using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Security;

/// <summary>Passwords are in no log line and in no exception, keys and tags in no log line.</summary>
public sealed class SecretTests(AclEngine engine) : IClassFixture<AclEngine>
{
    private const string Secret = "hunter2-and-more";

    [Fact]
    public async Task WrongPassword_IsInNoLogLineAndInNoException()
    {
        var (text, lines) = await CollectAsync(engine.ConnectionString.Replace("PASSWORD", Secret, StringComparison.Ordinal));
        Assert.NotEmpty(lines);
        Assert.All(lines.Append(text), line => Assert.DoesNotContain(Secret, line, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task WithoutAServer_ThePasswordIsInNoLogLineAndInNoException()
    {
        var (text, lines) = await CollectAsync($"127.0.0.1:{RedisServer.FreePort()},password={Secret},connectRetry=1,connectTimeout=500");
        Assert.All(lines.Append(text), line => Assert.DoesNotContain(Secret, line, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<(string Exception, string[] Lines)> CollectAsync(string connectionString)
    {
        using var log = new CollectingLog();
        await using var instance = Instance.Create(connectionString, services: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log)));
        Assert.Null(await instance.Store.ReadAsync("secret-key"));
        await instance.Store.WriteAsync("secret-key", "v", "secret-tag");
        var failed = await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.EvictByTagAsync("secret-tag"));
        Assert.All(log.Lines, line => Assert.DoesNotContain("secret-", line, StringComparison.Ordinal));
        return (failed.ToString(), [.. log.Lines]);
    }

    private sealed class CollectingLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
            // nothing is held
        }
    }
}
