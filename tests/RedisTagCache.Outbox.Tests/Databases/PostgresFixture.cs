using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.Databases;

/// <summary>The PostgreSQL server that the tests share. It starts with the first test that needs it.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private PostgresServer? _server;

    /// <summary>Returns the server. Skips the test where PostgreSQL is not installed, unless the tests must run with all servers.</summary>
    public async Task<PostgresServer> GetAsync()
    {
        if (!PostgresServer.IsInstalled)
        {
            Assert.False(RedisFixture.IsRealRedisRequired, "PostgreSQL must be installed for these tests: apt-get install postgresql.");
            Assert.Skip("PostgreSQL is not installed.");
        }

        await _starting.WaitAsync();
        try
        {
            return _server ??= await PostgresServer.StartAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _starting.Dispose();
    }
}
