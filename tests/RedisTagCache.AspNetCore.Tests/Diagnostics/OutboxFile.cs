using System.Data.Common;
using Microsoft.Data.Sqlite;
using RedisTagCache.Outbox;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>A SQLite file with an outbox table.</summary>
internal sealed class OutboxFile : IAsyncDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"rtc-outbox-{Guid.NewGuid():N}.db");

    private OutboxFile() => Source = SqliteFactory.Instance.CreateDataSource($"Data Source={_path}");

    public DbDataSource Source { get; }

    public static async Task<OutboxFile> CreateAsync()
    {
        var file = new OutboxFile();
        await file.RunAsync(OutboxScript.CreateTable(OutboxDatabase.Sqlite));
        return file;
    }

    /// <summary>Makes all rows due, so that no test waits for it.</summary>
    public Task MakeDueAsync() => RunAsync("UPDATE redistagcache_outbox SET due_at = 0 WHERE claim IS NULL");

    public async Task RunAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        using var connection = new SqliteConnection($"Data Source={_path}");
        SqliteConnection.ClearPool(connection);
        File.Delete(_path);
    }
}
