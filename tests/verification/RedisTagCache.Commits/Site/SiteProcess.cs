using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Commits.Site;

/// <summary>A site as a process of its own.</summary>
internal sealed class SiteProcess : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);
    private readonly Process _process;
    private readonly HttpClient _client;

    private SiteProcess(Process process, Uri address, string name)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = address };
        Name = name;
    }

    /// <summary>Gets the name by which the database knows its connections.</summary>
    public string Name { get; }

    /// <summary>Gets whether it was killed.</summary>
    public bool IsKilled { get; private set; }

    public static async Task<SiteProcess> StartAsync(string redis, string database)
    {
        var name = "site-" + Guid.NewGuid().ToString("N");
        var start = new ProcessStartInfo("dotnet", [Repository.Program("tests", "verification", "RedisTagCache.Commits"), StorySite.Role, redis, $"{database};Application Name={name}"])
        {
            RedirectStandardInput = true, // it ends when this does, also if this process is killed
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync().WaitAsync(_patience);
        return new SiteProcess(process, new Uri(address ?? throw new InvalidOperationException("The site ended before it had started.")), name);
    }

    /// <summary>Returns what the site shows, or null if it answers with an error.</summary>
    public async Task<string?> ShowAsync(string kind, int id)
    {
        using var response = await _client.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/{kind}/{id}"), UriKind.Relative));
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : null;
    }

    /// <summary>Saves a version, and returns whether the site has answered that it is saved.</summary>
    public async Task<bool> SaveAsync(int id, int version, bool rollBack)
    {
        try
        {
            using var response = await _client.PostAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/save/{id}/{version}?rollBack={rollBack}"), UriKind.Relative), content: null);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return false; // the site was killed
        }
    }

    /// <summary>Waits until the site begins to save.</summary>
    public async Task IsSavingAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(_patience);
        if (line != StorySite.Saving)
            throw new InvalidOperationException($"The site wrote '{line}'.");
    }

    /// <summary>Ends it as a power failure would.</summary>
    public void Kill()
    {
        IsKilled = true;
        _process.Kill();
        _process.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
    }
}
